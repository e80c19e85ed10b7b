// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/duration.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace gantry {

namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};
constexpr std::array<Unit, 8> kUnits{{{"ns", 1},
                                      {"us", 1e3},
                                      {"µs", 1e3},
                                      {"ms", 1e6},
                                      {"s", 1e9},
                                      {"m", 60e9},
                                      {"h", 3600e9},
                                      {"d", 86400e9}}};

bool is_of_number(char c) { return (c >= '0' && c <= '9') || c == '.'; }

// What text starts with as long as its characters are of a number, or are not; taken off.
std::string_view take(std::string_view& text, bool of_number) {
  std::size_t length = 0;
  while (length < text.size() && is_of_number(text[length]) == of_number) {
    ++length;
  }
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

std::optional<double> take_number(std::string_view& text) {
  const std::string_view digits = take(text, true);
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, value);
  const bool whole = failure == std::errc() && stop == end && !digits.empty();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<double> take_unit(std::string_view& text) {
  const std::string_view name = take(text, false);
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return unit.nanoseconds;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) {
    text.remove_prefix(1);
  }
  if (text == "0") {
    return std::chrono::nanoseconds(0);
  }
  double total = 0;
  do {
    const auto number = take_number(text);
    const auto unit = number ? take_unit(text) : std::nullopt;
    if (!unit) {
      return std::nullopt;
    }
    total += *number * *unit;
  } while (!text.empty());
  if (total >= 9.2e18) {
    return std::nullopt;
  }
  const auto count = static_cast<std::int64_t>(total);
  return std::chrono::nanoseconds(negative ? -count : count);
}

}  // namespace gantry
