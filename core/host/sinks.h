// SPDX-License-Identifier: Apache-2.0
//
// Receivers for what a plug-in answers. They live on the caller's stack for one call, and no
// exception passes through the plug-in's frames: it is kept and thrown after the call.
#pragma once

#include <gantry/abi/base.h>
#include <gantry/boundary.hpp>
#include <gantry/error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

namespace gantry::host {

// An exception that waits for the plug-in to return.
class Pending {
 public:
  // Runs body and returns its answer; 1 (stop) once something was thrown.
  template <typename Body>
  std::int32_t run(Body&& body) noexcept {
    if (failure_) {
      return 1;
    }
    try {
      return body();
    } catch (...) {
      failure_ = std::current_exception();
      return 1;
    }
  }
  void rethrow() const {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

 private:
  std::exception_ptr failure_;
};

// Collects bytes, up to a limit that no honest answer reaches.
class TextSink {
 public:
  explicit TextSink(std::size_t limit = std::size_t{64} << 20) : limit_(limit) {}
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;

  [[nodiscard]] const gantry_sink* abi() const noexcept { return &sink_; }
  // What was written; throws when it did not fit.
  [[nodiscard]] const std::string& text() const {
    pending_.rethrow();
    return text_;
  }

 private:
  static void write(void* ctx, gantry_str bytes) noexcept {
    auto& self = *static_cast<TextSink*>(ctx);
    (void)self.pending_.run([&] {
      if (bytes.size > self.limit_ - self.text_.size()) {
        throw Error(Code::kInternal,
                    "a plug-in answered more than " + std::to_string(self.limit_) + " bytes");
      }
      self.text_.append(boundary::view(bytes));
      return 0;
    });
  }

  std::size_t limit_;
  std::string text_;
  Pending pending_;
  gantry_sink sink_{this, &TextSink::write};
};

// The sentence of a failed call; cut, never refused.
class ErrorSink {
 public:
  ErrorSink() = default;
  ErrorSink(const ErrorSink&) = delete;
  ErrorSink& operator=(const ErrorSink&) = delete;

  [[nodiscard]] const gantry_error* abi() const noexcept { return &error_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  static constexpr std::size_t kLimit = std::size_t{64} << 10;

  static void set(void* ctx, gantry_str message) noexcept {
    auto& self = *static_cast<ErrorSink*>(ctx);
    (void)boundary::guard(nullptr,
                          [&] { self.text_ = boundary::view(message).substr(0, kLimit); });
  }

  std::string text_;
  gantry_error error_{this, &ErrorSink::set};
};

}  // namespace gantry::host
