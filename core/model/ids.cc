// SPDX-License-Identifier: Apache-2.0
#include "core/model/ids.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "sdk/support/errno_error.h"

namespace gantry::model {

namespace {

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes{};
  std::size_t have = 0;
  while (have < N) {
    const ssize_t n = ::getrandom(bytes.data() + have, N - have, 0);
    if (n < 0 && errno != EINTR) {
      throw errno_error(errno, "get random bytes");
    }
    have += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  return bytes;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array kAdjectives{
    "amber",  "bold",   "brisk", "calm",    "clever", "copper", "crisp", "eager",
    "fair",   "firm",   "fleet", "gentle",  "golden", "grand",  "hardy", "honest",
    "humble", "jolly",  "keen",  "kind",    "lively", "loyal",  "lucid", "mellow",
    "merry",  "nimble", "noble", "patient", "proud",  "quick",  "quiet", "rapid",
    "ready",  "serene", "sharp", "silver",  "solid",  "steady", "stout", "sturdy",
    "subtle", "sunny",  "swift", "tidy",    "upbeat", "vivid",  "warm",  "wise"};
constexpr std::array kNouns{
    "anchor", "barge",   "beacon", "berth",   "bollard", "bridge",  "buoy",    "cable",
    "canal",  "capstan", "cargo",  "channel", "compass", "crane",   "current", "davit",
    "deck",   "derrick", "dock",   "ferry",   "fender",  "funnel",  "galley",  "gantry",
    "gull",   "harbor",  "hatch",  "hawser",  "helm",    "hoist",   "hull",    "jetty",
    "keel",   "lantern", "ledger", "lock",    "mast",    "mooring", "pallet",  "pier",
    "pilot",  "pulley",  "quay",   "rudder",  "sail",    "sextant", "spar",    "tide",
    "tiller", "trestle", "tug",    "wharf",   "winch",   "windlass"};

}  // namespace

std::string random_id() {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (;;) {
    std::string id;
    for (const std::uint8_t byte : random_bytes<32>()) {
      id += digits[byte >> 4U];
      id += digits[byte & 15U];
    }
    // A short id of digits alone would pass for a number in scripts and in --user maps.
    if (std::any_of(id.begin(), id.begin() + 12, [](char c) { return c >= 'a'; })) {
      return id;
    }
  }
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, 12)); }

bool is_id_prefix(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_hex);
}

bool is_full_id(std::string_view text) { return text.size() == 64 && is_id_prefix(text); }

bool is_valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && is_alnum(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

void require_valid_name(std::string_view name) {
  if (!is_valid_name(name)) {
    throw Error(Code::kInvalid, "name \"" + std::string(name) +
                                    "\": names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid "
                                    "argument");
  }
}

std::string random_name() {
  const auto bytes = random_bytes<4>();
  const unsigned a = bytes[0] | static_cast<unsigned>(bytes[1]) << 8U;
  const unsigned b = bytes[2] | static_cast<unsigned>(bytes[3]) << 8U;
  return std::string(kAdjectives[a % kAdjectives.size()]) + "_" + kNouns[b % kNouns.size()];
}

}  // namespace gantry::model
