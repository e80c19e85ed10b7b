// SPDX-License-Identifier: Apache-2.0
#include "cli/values.h"

#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

namespace gantry::cli {
namespace {

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') {
      return std::nullopt;
    }
  }
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end || text.empty()) {
    return std::nullopt;
  }
  return value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The decimal number that text starts with, taken off it.
std::optional<double> take_decimal(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && (is_digit(text[length]) || text[length] == '.')) {
    ++length;
  }
  const auto value = parse_number<double>(text.substr(0, length));
  text.remove_prefix(length);
  return value;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// ".5" and the digits after it, as nanoseconds; taken off text.
std::int64_t take_fraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') {
    return 0;
  }
  text.remove_prefix(1);
  std::int64_t value = 0;
  int digits = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (digits < 9) {
      value = value * 10 + (text.front() - '0');
      ++digits;
    }
    text.remove_prefix(1);
  }
  for (; digits < 9; ++digits) {
    value *= 10;
  }
  return value;
}

// "Z", "+02:00" or nothing (local time); nullopt when it is something else.
std::optional<std::optional<std::int64_t>> read_zone(std::string_view text) {
  if (text.empty()) {
    return std::optional<std::int64_t>();
  }
  if (text == "Z" || text == "z") {
    return std::optional<std::int64_t>(0);
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return std::nullopt;
  }
  const auto hours = parse_number<std::int64_t>(text.substr(1, 2));
  const auto minutes = parse_number<std::int64_t>(text.substr(4, 2));
  if (!hours || !minutes) {
    return std::nullopt;
  }
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return std::optional<std::int64_t>(text[0] == '-' ? -seconds : seconds);
}

std::optional<std::int64_t> parse_calendar(const std::string& text) {
  for (const char* layout :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* stop = ::strptime(text.c_str(), layout, &parts);
    if (stop == nullptr) {
      continue;
    }
    std::string_view rest(stop);
    const std::int64_t fraction = take_fraction(rest);
    const auto zone = read_zone(rest);
    if (!zone) {
      continue;
    }
    parts.tm_isdst = -1;
    const std::int64_t seconds = *zone ? ::timegm(&parts) - **zone : ::mktime(&parts);
    std::int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, std::int64_t{1'000'000'000}, &ns) ||
        __builtin_add_overflow(ns, fraction, &ns)) {
      return std::nullopt;  // nanoseconds do not reach so far
    }
    return ns;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto number = take_decimal(text);
  if (!number) {
    return std::nullopt;
  }
  if (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  double factor = 1;
  if (!text.empty()) {
    constexpr std::string_view kLetters = "bkmgtp";
    const auto power = kLetters.find(lower(text.front()));
    if (power == std::string_view::npos) {
      return std::nullopt;
    }
    std::string rest;
    for (const char c : text.substr(1)) {
      rest.push_back(lower(c));
    }
    if (power == 0 ? !rest.empty() : !(rest.empty() || rest == "b" || rest == "ib")) {
      return std::nullopt;
    }
    factor = std::pow(1024.0, static_cast<double>(power));
  }
  const double bytes = *number * factor;
  if (bytes >= 9.2e18) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(bytes);
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  return parse_number<std::int64_t>(text);
}

std::optional<std::uint64_t> parse_uint(std::string_view text) {
  return parse_number<std::uint64_t>(text);
}

std::optional<double> parse_float(std::string_view text) { return parse_number<double>(text); }

std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) {
      return false;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text, std::int64_t now_ns) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) {
    rest.remove_prefix(1);
  }
  std::size_t digits = 0;
  while (digits < rest.size() && is_digit(rest[digits])) {
    ++digits;
  }
  if (const auto seconds = parse_int(rest.substr(0, digits));
      seconds && (digits == rest.size() || rest[digits] == '.')) {
    std::string_view fraction = rest.substr(digits);
    const std::int64_t nanoseconds = take_fraction(fraction);
    if (fraction.empty() &&
        *seconds < std::numeric_limits<std::int64_t>::max() / 1'000'000'000) {
      return (negative ? -1 : 1) * (*seconds * 1'000'000'000 + nanoseconds);
    }
  }
  if (const auto ago = parse_duration(text)) {
    std::int64_t moment = 0;
    return __builtin_sub_overflow(now_ns, ago->count(), &moment) ? std::nullopt
                                                                 : std::optional(moment);
  }
  return parse_calendar(std::string(text));
}

std::optional<std::vector<std::string>> split_csv(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        part.push_back(c);
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        part.push_back('"');
        ++i;
      } else {
        quoted = false;
        if (i + 1 < text.size() && text[i + 1] != ',') {
          return std::nullopt;
        }
      }
    } else if (c == '"') {
      if (!part.empty()) {
        return std::nullopt;
      }
      quoted = true;
    } else if (c == ',') {
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part.push_back(c);
    }
  }
  if (quoted) {
    return std::nullopt;
  }
  parts.push_back(std::move(part));
  return parts;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

std::optional<std::pair<std::string, std::string>> cut(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) {
      all.append(between);
    }
    all.append(part);
  }
  return all;
}

}  // namespace gantry::cli
