// SPDX-License-Identifier: Apache-2.0
#include "cli/human.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace gantry::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kGoZeroSeconds = -62'135'596'800;  // the year 1

template <std::size_t N>
std::string scaled(double bytes, double base, const std::array<const char*, N>& units,
                   int digits, const char* between) {
  std::size_t unit = 0;
  while (bytes >= base && unit + 1 < N) {
    bytes /= base;
    ++unit;
  }
  char text[64];
  (void)std::snprintf(text, sizeof text, "%.*g%s%s", digits, bytes, between, units[unit]);
  return text;
}

struct Stamp {
  std::tm parts{};
  std::int64_t fraction = 0;
};

Stamp local_stamp(std::int64_t ns) {
  Stamp stamp;
  std::time_t seconds = ns == 0 ? kGoZeroSeconds : ns / kSecond;
  stamp.fraction = ns % kSecond;
  if (stamp.fraction < 0) {
    stamp.fraction += kSecond;
    --seconds;
  }
  (void)(ns == 0 ? ::gmtime_r(&seconds, &stamp.parts) : ::localtime_r(&seconds, &stamp.parts));
  return stamp;
}

// ".686391751" without trailing zeros; empty for none.
std::string fraction_text(std::int64_t fraction) {
  if (fraction == 0) {
    return "";
  }
  char text[16];
  (void)std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(fraction));
  std::string all = text;
  all.erase(all.find_last_not_of('0') + 1);
  return all;
}

std::string printed(const Stamp& stamp, char between) {
  char text[64];
  (void)std::snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d",
                      stamp.parts.tm_year + 1900, stamp.parts.tm_mon + 1, stamp.parts.tm_mday,
                      between, stamp.parts.tm_hour, stamp.parts.tm_min, stamp.parts.tm_sec);
  return text + fraction_text(stamp.fraction);
}

std::string offset_text(const std::tm& parts, const char* colon) {
  const long minutes = parts.tm_gmtoff / 60;
  char text[32];
  (void)std::snprintf(text, sizeof text, "%c%02ld%s%02ld", minutes < 0 ? '-' : '+',
                      std::labs(minutes) / 60, colon, std::labs(minutes) % 60);
  return text;
}

}  // namespace

std::string human_size(double bytes, const char* between, int digits) {
  static constexpr std::array<const char*, 7> kUnits{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  return scaled(bytes, 1000, kUnits, digits, between);
}

std::string human_binary_size(double bytes) {
  static constexpr std::array<const char*, 7> kUnits{"B",   "KiB", "MiB", "GiB",
                                                     "TiB", "PiB", "EiB"};
  return scaled(bytes, 1024, kUnits, 4, "");
}

std::string human_duration(std::chrono::nanoseconds duration) {
  const std::int64_t seconds = duration.count() / kSecond;
  const auto counted = [](std::int64_t number, const char* unit) {
    return std::to_string(number) + " " + unit;
  };
  if (seconds < 1) {
    return "Less than a second";
  }
  if (seconds < 60) {
    return seconds == 1 ? "1 second" : counted(seconds, "seconds");
  }
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) {
    return minutes == 1 ? "About a minute" : counted(minutes, "minutes");
  }
  const auto hours =
      static_cast<std::int64_t>(std::llround(static_cast<double>(seconds) / 3600));
  if (hours < 48) {
    return hours == 1 ? "About an hour" : counted(hours, "hours");
  }
  if (hours < 24 * 7 * 2) {
    return counted(hours / 24, "days");
  }
  if (hours < 24 * 30 * 2) {
    return counted(hours / 24 / 7, "weeks");
  }
  if (hours < 24 * 365 * 2) {
    return counted(hours / 24 / 30, "months");
  }
  return counted(hours / 24 / 365, "years");
}

std::string human_ago(std::int64_t then_ns, std::int64_t now_ns) {
  return then_ns == 0 ? ""
                      : human_duration(std::chrono::nanoseconds(now_ns - then_ns)) + " ago";
}

std::string rfc3339_nano(std::int64_t ns) {
  const Stamp stamp = local_stamp(ns);
  return printed(stamp, 'T') +
         (stamp.parts.tm_gmtoff == 0 ? "Z" : offset_text(stamp.parts, ":"));
}

std::string go_time(std::int64_t ns) {
  const Stamp stamp = local_stamp(ns);
  const bool utc = stamp.parts.tm_gmtoff == 0;
  return printed(stamp, ' ') + " " + offset_text(stamp.parts, "") + " " +
         (utc || stamp.parts.tm_zone == nullptr ? "UTC" : stamp.parts.tm_zone);
}

std::int64_t unix_seconds(std::int64_t ns) { return ns == 0 ? kGoZeroSeconds : ns / kSecond; }

std::string shown_state(model::Status status) {
  return status == model::Status::kConfigured ? "created" : std::string(model::name_of(status));
}

std::string human_status(const model::ContainerState& state, std::int64_t now_ns) {
  const auto since = [&](std::int64_t then) {
    return human_duration(std::chrono::nanoseconds(now_ns - then));
  };
  switch (state.status) {
    case model::Status::kRunning:
      return "Up " + since(state.started_ns);
    case model::Status::kPaused:
      return "Up " + since(state.started_ns) + " (Paused)";
    case model::Status::kStopped:
    case model::Status::kExited:
      return "Exited (" + std::to_string(state.exit_code) + ") " + since(state.finished_ns) +
             " ago";
    case model::Status::kConfigured:
      return "Created";
    case model::Status::kCreated:
      return "Initialized";
    case model::Status::kCreating:
      return "Creating";
    case model::Status::kRemoving:
      return "Removing";
    case model::Status::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string ellipsis(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

}  // namespace gantry::cli
