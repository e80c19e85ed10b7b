// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/log_tail.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "plugins/state-leveldb/database.h"
#include "plugins/state-leveldb/log_files.h"
#include "sdk/support/files.h"

namespace gantry::state_leveldb {

namespace {

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kHeader = 7;  // masked CRC (4), length (2), type (1)
constexpr unsigned kFull = 1;
constexpr unsigned kLast = 4;

// CRC-32C, Castagnoli, bit by bit reflected.
constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);
    }
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

// As LevelDB stores it: rotated and shifted, so that a CRC of CRCs is no trouble.
std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xffU] ^ (crc >> 8);
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

struct Fragment {
  std::size_t end = 0;
  unsigned type = 0;
};

// The fragment at this place, if there is room for it and, when asked, its checksum holds.
std::optional<Fragment> fragment_at(std::string_view log, std::size_t at, bool checksum) {
  const std::size_t block_end = std::min(log.size(), (at / kBlock + 1) * kBlock);
  if (at + kHeader > block_end) {
    return std::nullopt;
  }
  const std::size_t length = little_endian(log.substr(at + 4, 2));
  const unsigned type = static_cast<unsigned char>(log[at + 6]);
  if (type < kFull || type > kLast || at + kHeader + length > block_end) {
    return std::nullopt;
  }
  if (checksum &&
      little_endian(log.substr(at, 4)) != masked_crc(log.substr(at + 6, 1 + length))) {
    return std::nullopt;
  }
  return Fragment{at + kHeader + length, type};
}

// A block's last bytes hold no fragment when no header fits.
std::size_t past_trailer(std::size_t at) {
  const std::size_t left = kBlock - at % kBlock;
  return left < kHeader ? at + left : at;
}

struct Walk {
  std::size_t whole = 0;   // end of the last whole record
  std::size_t behind = 0;  // where the walk ended
};

Walk walk(std::string_view log, bool checksum) {
  Walk result;
  while (const std::optional<Fragment> fragment = fragment_at(log, result.behind, checksum)) {
    result.behind = past_trailer(fragment->end);
    if (fragment->type == kFull || fragment->type == kLast) {
      result.whole = fragment->end;
    }
  }
  return result;
}

}  // namespace

LogTail examine_log(std::string_view log) {
  if (past_trailer(walk(log, false).whole) >= log.size()) {
    return {LogState::kWhole, log.size()};
  }
  const Walk sound = walk(log, true);
  // A bad length hides where the next fragment starts, so every place is tried.
  for (std::size_t at = sound.behind; at < log.size(); ++at) {
    if (fragment_at(log, at, true)) {
      return {LogState::kBroken, sound.whole};
    }
  }
  return {LogState::kTorn, sound.whole};
}

bool any_log_torn(const std::string& db_dir) {
  bool torn = false;
  for (const LogFile& log : all_logs(db_dir)) {
    const LogTail tail = examine_log(read_file(log.path));
    if (tail.state == LogState::kBroken) {
      throw corrupt_error(
          db_dir, log.path + " is broken after " + std::to_string(tail.whole) + " bytes");
    }
    torn = torn || tail.state == LogState::kTorn;
  }
  return torn;
}

std::string cut_torn_logs(const std::string& db_dir) {
  std::string told;
  for (const LogFile& log : all_logs(db_dir)) {
    const LogTail tail = examine_log(read_file(log.path));
    if (tail.state == LogState::kTorn) {
      cut_log(log.path, tail.whole);
      told += told.empty() ? "" : "; ";
      told += "the last " + std::to_string(log.size - tail.whole) + " bytes of " + log.path +
              ", which were never synced, were lost with the power and are cut off";
    }
  }
  return told;
}

}  // namespace gantry::state_leveldb
