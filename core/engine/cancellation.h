// SPDX-License-Identifier: Apache-2.0
//
// Whether the user asked to stop (SIGINT, SIGTERM), as plug-ins and waits are told. What has
// been begun is undone all the same: while a Shield lives nobody is told, because the wish
// to stop is why there is something to undo. Owned by whoever opens the engine; any thread.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace gantry::engine {

class Cancellation {
 public:
  explicit Cancellation(std::function<bool()> asked = nullptr) : asked_(std::move(asked)) {}

  [[nodiscard]] bool operator()() const { return shields_ == 0 && asked_ && asked_(); }

  class Shield {
   public:
    explicit Shield(Cancellation& cancellation) : cancellation_(cancellation) {
      ++cancellation_.shields_;
    }
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;
    ~Shield() { --cancellation_.shields_; }

   private:
    Cancellation& cancellation_;
  };

 private:
  std::function<bool()> asked_;
  std::atomic<int> shields_{0};
};

}  // namespace gantry::engine
