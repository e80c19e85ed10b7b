// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/sync_message.h"

#include <array>
#include <charconv>

namespace gantry::monitor {

namespace {

// The text between quotes, escapes resolved.
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      result += '\n';
    } else if (next == 't') {
      result += '\t';
    } else if (next == 'u' && i + 4 < text.size()) {
      // conmon escapes single bytes only: \u00XX.
      unsigned value = 0;
      (void)std::from_chars(text.data() + i + 1, text.data() + i + 5, value, 16);
      result += static_cast<char>(value);
      i += 4;
    } else {
      result += next;
    }
  }
  return result;
}

}  // namespace

std::optional<SyncMessage> parse_sync_message(std::string_view line) {
  // "data" since API version 1; the older words cost nothing.
  static constexpr std::array<std::string_view, 3> kKeys{
      "{\"data\": ", "{\"pid\": ", "{\"exit_code\": "};
  for (const std::string_view key : kKeys) {
    if (line.substr(0, key.size()) != key) {
      continue;
    }
    SyncMessage result;
    const char* const end = line.data() + line.size();
    const auto [rest, error] = std::from_chars(line.data() + key.size(), end, result.data);
    if (error != std::errc()) {
      return std::nullopt;
    }
    const std::string_view tail(rest, static_cast<std::size_t>(end - rest));
    static constexpr std::string_view kMessage = ", \"message\": \"";
    const std::size_t close = tail.rfind("\"}");
    if (tail.substr(0, kMessage.size()) == kMessage && close != std::string_view::npos &&
        close >= kMessage.size()) {
      result.message = unescape(tail.substr(kMessage.size(), close - kMessage.size()));
    }
    return result;
  }
  return std::nullopt;
}

}  // namespace gantry::monitor
