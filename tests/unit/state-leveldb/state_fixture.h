// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the state store share, and state_worker with them: an opened instance,
// a folder that goes away, and the rows that writers and checkers agree on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/state-leveldb/leveldb_state.h"
#include "sdk/support/files.h"
#include "sdk/support/host_services.h"

namespace gantry::state_leveldb {

inline constexpr std::uint64_t kAccounts = 8;
inline constexpr std::uint64_t kOpening = 100;
// Longer than anybody holds a lock, wherever a sync takes half a second.
inline constexpr std::int64_t kPatienceMs = 60'000;

inline std::string account(std::uint64_t n) { return "account/" + std::to_string(n); }

inline std::string row_key(const std::string& prefix, std::uint64_t n) {
  std::string digits = std::to_string(n);
  return prefix + "row/" + std::string(12 - digits.size(), '0') + digits;
}

// From 40 bytes to 3 KiB, so that records cross the blocks of the log in every way.
inline std::string row_value(std::uint64_t n) {
  const std::size_t size = 40 + static_cast<std::size_t>(n * 7919 % 3000);
  std::string value = std::to_string(n) + ":";
  while (value.size() < size) {
    value.push_back(static_cast<char>('a' + (value.size() + n) % 26));
  }
  return value;
}

struct TempDir {
  TempDir()
      : path(make_temp_directory(std::filesystem::temp_directory_path() /
                                 "gantry-state-XXXXXX")) {}
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

struct StateInstance {
  explicit StateInstance(const std::filesystem::path& dir)
      : services(std::make_unique<HostServices>(HostServices::Options{
            dir / "plugin-data", dir / "plugin-run",
            [this](int, std::string_view message) { log.emplace_back(message); },
            [this] { return cancelled; }, nullptr})),
        state(std::make_unique<LevelDbState>(plugin::Host(services->table()), "{}")) {
    state->open((dir / "store").string());
  }
  StateInstance(const StateInstance&) = delete;
  StateInstance& operator=(const StateInstance&) = delete;

  void put(const std::string& key, const std::string& value, bool durable = false) const {
    const auto txn = state->begin(true, kPatienceMs);
    txn->put(key, value);
    txn->commit(durable);
  }
  [[nodiscard]] std::optional<std::string> get(const std::string& key) const {
    const auto txn = state->begin(false, kPatienceMs);
    std::string value;
    return txn->get(key, value) ? std::optional(value) : std::nullopt;
  }

  std::vector<std::string> log;
  bool cancelled = false;
  std::unique_ptr<HostServices> services;
  std::unique_ptr<plugin::State> state;
};

using Rows = std::vector<std::pair<std::string, std::string>>;

inline Rows scan_all(plugin::Transaction& txn, const std::string& first = "",
                     const std::string& last = "") {
  Rows rows;
  txn.scan(first, last, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  return rows;
}

}  // namespace gantry::state_leveldb
