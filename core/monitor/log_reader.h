// SPDX-License-Identifier: Apache-2.0
//
// The logs of one or several containers, in the order of their times; followed, if asked,
// until the containers have ended. A free function without state.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/monitor/log_record.h"
#include "core/ports/monitor.h"

namespace gantry::monitor {

struct LogSource {
  std::string path;
  // Where its end will show; nullopt: it does not run, nothing more will come.
  std::optional<ports::ExitSource> running = {};
};

struct LogOptions {
  std::optional<std::size_t> tail = {};  // of each container, before the times are looked at
  std::int64_t since_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_ns = std::numeric_limits<std::int64_t>::max();
  bool follow = false;
};

// index is that of the source; a record that is still partial was never ended by its
// container. Ends early when on_record answers false.
using OnRecord = std::function<bool(std::size_t index, const LogRecord& record)>;
void read_logs(const std::vector<LogSource>& sources, const LogOptions& options,
               const OnRecord& on_record);

}  // namespace gantry::monitor
