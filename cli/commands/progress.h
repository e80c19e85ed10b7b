// SPDX-License-Identifier: Apache-2.0
//
// Shows how a load or pull goes: on a terminal one line a layer that is written over, else
// plain lines. One object a command; its callbacks may come from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>

#include "core/image/context.h"

namespace gantry::cli {

class ProgressDisplay {
 public:
  ProgressDisplay(std::ostream& out, bool quiet);

  // The callbacks; they refer to this object.
  [[nodiscard]] image::Progress progress();
  // Ends the line that is being written over.
  void finish();

 private:
  void say(const std::string& line);
  void show(const std::string& layer, std::uint64_t done, std::uint64_t total);

  std::ostream& out_;
  bool quiet_;
  bool terminal_;
  std::mutex mutex_;  // guards all below
  bool unfinished_ = false;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace gantry::cli
