// SPDX-License-Identifier: Apache-2.0
//
// One line of a container's log file, in the k8s-file form that conmon writes
// ("TIME stdout|stderr F|P TEXT") or in docker's JSON. A pure value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gantry::monitor {

struct LogRecord {
  std::int64_t time_ns = 0;  // since the epoch; 0 where the line has no readable time
  std::string time_text;     // as written, with the zone of the writer
  bool from_stderr = false;
  bool partial = false;  // the container has not ended this line
  std::string text;      // without the line's end
};

// A line of neither form is a record of stdout without time: shown rather than hidden.
[[nodiscard]] LogRecord parse_log_line(std::string_view line);

}  // namespace gantry::monitor
