// SPDX-License-Identifier: Apache-2.0
//
// What has been begun is undone, or brought to its end, though the user asked to stop: the
// wish to stop may be why there is something to undo. While one of these lives anywhere in
// the process, nobody in it is told of that wish. Any thread.
#pragma once

#include <atomic>

namespace gantry {

class Uncancelled {
 public:
  Uncancelled() noexcept { ++count_; }
  Uncancelled(const Uncancelled&) = delete;
  Uncancelled& operator=(const Uncancelled&) = delete;
  ~Uncancelled() { --count_; }
  // To be asked by whoever tells of the user's wish.
  [[nodiscard]] static bool any() noexcept { return count_ > 0; }

 private:
  inline static std::atomic<int> count_{0};
};

}  // namespace gantry
