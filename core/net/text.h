// SPDX-License-Identifier: Apache-2.0
//
// What the parsers of this folder share. Pure.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::net {

[[nodiscard]] inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) {
      return parts;
    }
    start = end + 1;
  }
}

// The words of a line, separated by blanks.
[[nodiscard]] inline std::vector<std::string> words_of(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  std::vector<std::string> words;
  for (auto start = line.find_first_not_of(kBlank); start != std::string_view::npos;) {
    const auto end = line.find_first_of(kBlank, start);
    words.emplace_back(line.substr(start, end - start));
    start = line.find_first_not_of(kBlank, end);
  }
  return words;
}

[[nodiscard]] inline bool is_ipv4(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
}
[[nodiscard]] inline bool is_ipv6(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}
[[nodiscard]] inline bool is_ip(const std::string& text) {
  return is_ipv4(text) || is_ipv6(text);
}

}  // namespace gantry::net
