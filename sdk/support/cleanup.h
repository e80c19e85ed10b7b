// SPDX-License-Identifier: Apache-2.0
//
// Runs a function at the end of the scope, unless dismissed.
#pragma once

#include <utility>

namespace gantry {

template <typename Function>
class [[nodiscard]] Cleanup {
 public:
  explicit Cleanup(Function function) : function_(std::move(function)) {}
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup() {
    if (armed_) {
      function_();
    }
  }
  void dismiss() noexcept { armed_ = false; }

 private:
  Function function_;
  bool armed_ = true;
};

}  // namespace gantry
