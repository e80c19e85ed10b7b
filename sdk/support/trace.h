// SPDX-License-Identifier: Apache-2.0
//
// A timeline of this process: spans of work, each on the thread that did it. As long as
// nobody listens a span costs one load. One listener at a time, there before and after the
// threads that make spans. [thread-safe]
#pragma once

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace gantry::trace {

enum class Kind { kVerb, kStep, kPlugin, kProcess, kWait };
[[nodiscard]] std::string_view name_of(Kind kind);

struct Finished {
  Kind kind;
  std::string name;
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
  int thread;  // the kernel's number
};

class Listener {
 public:
  virtual ~Listener() = default;
  // On the thread of the span, at its end.
  virtual void on_finished(const Finished& span) = 0;
};

// From now on this one hears of every span that begins; nullptr: nobody.
void listen(Listener* listener) noexcept;

namespace detail {
extern std::atomic<Listener*> listener;
}
[[nodiscard]] inline bool on() noexcept {
  return detail::listener.load(std::memory_order_relaxed) != nullptr;
}

// Lasts as long as it lives. The name is put together from its parts, if somebody listens.
class Span {
 public:
  template <typename... Parts>
  explicit Span(Kind kind, const Parts&... parts) {
    if (on()) {
      begin(kind, {std::string_view(parts)...});
    }
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() {
    if (listener_ != nullptr) {
      finish();
    }
  }

 private:
  void begin(Kind kind, std::initializer_list<std::string_view> parts);
  void finish() noexcept;

  Listener* listener_ = nullptr;
  Kind kind_{};
  std::string name_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace gantry::trace
