// SPDX-License-Identifier: Apache-2.0
#include "core/log/log.h"

// Header-only, in this one file: the shared library costs every start half a millisecond.
#define FMT_HEADER_ONLY
#define SPDLOG_FMT_EXTERNAL
#include <gantry/error.hpp>

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

namespace gantry::log {

namespace {

std::atomic<Level> g_level{Level::kWarning};

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("gantry", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made.set_level(spdlog::level::trace);
    made.set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    return made;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

}  // namespace

void set_level(Level level) { g_level = level; }
Level level() { return g_level; }

Level parse_level(const std::string& word) {
  if (word == "trace" || word == "debug") {
    return Level::kDebug;
  }
  if (word == "info") {
    return Level::kInfo;
  }
  if (word == "warn" || word == "warning") {
    return Level::kWarning;
  }
  if (word == "error") {
    return Level::kError;
  }
  if (word == "fatal" || word == "panic") {
    return Level::kOff;
  }
  throw Error(Code::kInvalid, "log level \"" + word +
                                  "\" is not supported, choose from: trace, debug, info, warn, "
                                  "warning, error, fatal, panic");
}

void write(Level level, std::string_view line) {
  if (level >= g_level.load(std::memory_order_relaxed)) {
    logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }
}

}  // namespace gantry::log
