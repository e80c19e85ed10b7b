// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/trace.h"

#include <unistd.h>

#include <exception>

namespace gantry::trace {

namespace detail {
constinit std::atomic<Listener*> listener{nullptr};
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kVerb:
      return "verb";
    case Kind::kStep:
      return "step";
    case Kind::kPlugin:
      return "plugin";
    case Kind::kProcess:
      return "process";
    case Kind::kWait:
      return "wait";
  }
  return "";
}

void listen(Listener* listener) noexcept {
  detail::listener.store(listener, std::memory_order_release);
}

void Span::begin(Kind kind, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    name_ += part;
  }
  kind_ = kind;
  listener_ = detail::listener.load(std::memory_order_acquire);
  begin_ = std::chrono::steady_clock::now();
}

void Span::finish() noexcept {
  try {
    listener_->on_finished(
        {kind_, std::move(name_), begin_, std::chrono::steady_clock::now(), ::gettid()});
  } catch (const std::exception&) {
    // A hole in the timeline is no reason to fail.
  }
}

}  // namespace gantry::trace
