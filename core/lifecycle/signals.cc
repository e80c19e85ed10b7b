// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/signals.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstring>

namespace gantry::lifecycle {

namespace {

// Where real-time signals begin for a container's libc, whatever this process's keeps for
// itself.
constexpr int kFirstRealTime = 34;
constexpr int kLastRealTime = 64;

int to_number(std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

int parse_signal(const std::string& text) {
  const Error unknown(
      Code::kInvalid,
      "invalid signal: " + text + ": give a name such as SIGTERM or a number from 1 to 64");
  if (const int number = to_number(text); number >= 0) {
    if (number < 1 || number > kLastRealTime) {
      throw Error(Code::kInvalid,
                  "invalid signal: " + text + ": valid signals are 1 through 64");
    }
    return number;
  }
  std::string name = text;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("SIG")) {
    name.erase(0, 3);
  }
  for (const int sign : {1, -1}) {
    const std::string_view prefix = sign > 0 ? "RTMIN" : "RTMAX";
    const int base = sign > 0 ? kFirstRealTime : kLastRealTime;
    if (name == prefix) {
      return base;
    }
    if (name.starts_with(prefix) && name.size() > 6) {
      const int offset = to_number(std::string_view(name).substr(6));
      if (offset >= 0 && offset <= kLastRealTime - kFirstRealTime &&
          name[5] == (sign > 0 ? '+' : '-')) {
        return base + sign * offset;
      }
      throw unknown;
    }
  }
  for (int signal = 1; signal < kFirstRealTime; ++signal) {
    const char* abbreviation = ::sigabbrev_np(signal);
    if (abbreviation != nullptr && name == abbreviation) {
      return signal;
    }
  }
  if (name == "CLD") {
    return SIGCHLD;
  }
  if (name == "IOT") {
    return SIGABRT;
  }
  throw unknown;
}

std::string signal_name(int signal) {
  if (const char* abbreviation = ::sigabbrev_np(signal)) {
    return std::string("SIG") + abbreviation;
  }
  return std::to_string(signal);
}

}  // namespace gantry::lifecycle
