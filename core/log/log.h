// SPDX-License-Identifier: Apache-2.0
//
// The log, for people who look for what went on; errors are told by exceptions instead.
// spdlog stands behind it and nowhere else, and is started by the first line that is
// written. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace gantry::log {

enum class Level { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3, kOff = 4 };

// Lines below the level are dropped; the default is kWarning. They go to stderr.
void set_level(Level level);
[[nodiscard]] Level level();
// From "debug", "info", "warn", "warning", "error", "fatal", "panic", "trace".
[[nodiscard]] Level parse_level(const std::string& word);

void write(Level level, std::string_view line);
inline void debug(std::string_view line) { write(Level::kDebug, line); }
inline void info(std::string_view line) { write(Level::kInfo, line); }
inline void warning(std::string_view line) { write(Level::kWarning, line); }
inline void error(std::string_view line) { write(Level::kError, line); }

}  // namespace gantry::log
