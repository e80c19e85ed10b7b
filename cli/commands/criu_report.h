// SPDX-License-Identifier: Apache-2.0
//
// What checkpoint and restore print for --print-stats: podman's document.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "sdk/support/json.h"

namespace gantry::cli {

class CriuReport {
 public:
  explicit CriuReport(std::string verb)
      : verb_(std::move(verb)), begun_(std::chrono::steady_clock::now()) {}
  void add(const std::string& id, std::int64_t runtime_us, const Json& criu);
  void print(std::ostream& out) const;

 private:
  std::string verb_;
  std::chrono::steady_clock::time_point begun_;
  OrderedJson containers_ = OrderedJson::array();
};

}  // namespace gantry::cli
