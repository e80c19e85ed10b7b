// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/criu_stats.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace gantry::lifecycle {

namespace {

// criu's images/stats.proto: members 1 to n of the messages, all of them integers.
constexpr std::array<const char*, 6> kDump{"freezing_time", "frozen_time",   "memdump_time",
                                           "memwrite_time", "pages_scanned", "pages_written"};
constexpr std::array<const char*, 5> kRestore{"pages_compared", "pages_skipped_cow",
                                              "forking_time", "restore_time", "pages_restored"};
constexpr std::uint64_t kDumpMember = 1;
constexpr std::uint64_t kRestoreMember = 2;
constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kBytes = 2;

std::optional<std::uint64_t> take_varint(std::string_view& text) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !text.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

std::string_view message_in(std::string_view file) {
  constexpr std::size_t kHead = 12;  // magic, magic, size
  std::uint32_t size = 0;
  if (file.size() < kHead) {
    return {};
  }
  std::memcpy(&size, file.data() + 8, sizeof size);
  return file.substr(kHead, size);
}

// The message that is this member of another.
std::string_view inner_message(std::string_view message, std::uint64_t member) {
  while (!message.empty()) {
    const auto key = take_varint(message);
    const auto size = take_varint(message);
    if (!key || !size || (*key & 7U) != kBytes || *size > message.size()) {
      return {};
    }
    if (*key >> 3U == member) {
      return message.substr(0, *size);
    }
    message.remove_prefix(*size);
  }
  return {};
}

Json figures(std::string_view file, std::uint64_t member, std::span<const char* const> names) {
  Json found = Json::object();
  std::string_view message = inner_message(message_in(file), member);
  while (!message.empty()) {
    const auto key = take_varint(message);
    const auto value = take_varint(message);
    if (!key || !value || (*key & 7U) != kVarint) {
      break;
    }
    const std::uint64_t number = *key >> 3U;
    if (number >= 1 && number <= names.size()) {
      found[names[number - 1]] = *value;
    }
  }
  return found;
}

}  // namespace

Json dump_figures(std::string_view stats_dump) {
  return figures(stats_dump, kDumpMember, kDump);
}

Json restore_figures(std::string_view stats_restore) {
  return figures(stats_restore, kRestoreMember, kRestore);
}

}  // namespace gantry::lifecycle
