// SPDX-License-Identifier: Apache-2.0
//
// A container's log as whole lines, read while conmon writes it and, at its size limit,
// begins a new file under the same name. Owned by one thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "core/monitor/log_record.h"
#include "sdk/support/line_reader.h"

namespace gantry::monitor {

class LogFile {
 public:
  // tail: begin so many lines before the end; nullopt: at the beginning. A file that does not
  // exist yet is an empty one.
  LogFile(std::string path, std::optional<std::size_t> tail);

  // The next whole line, its parts joined; nullopt when there is none now.
  std::optional<LogRecord> next();
  // What the container wrote without ending the line; once, when nothing more will come.
  std::optional<LogRecord> unfinished();

 private:
  std::optional<LogRecord> drain();
  std::optional<LogRecord> join(LogRecord record);

  std::string path_;
  LineReader lines_;
  std::array<std::optional<LogRecord>, 2> open_;  // parts so far, by stream
};

}  // namespace gantry::monitor
