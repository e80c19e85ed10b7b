// SPDX-License-Identifier: Apache-2.0
//
// The file "reserve": blocks kept for the moment when the disk is full, since even a removal
// has to be written down first. A transaction that finds no room gives it up, tries once
// more, and takes it back at its end from what is left. Whoever calls holds the store's lock
// exclusively. Used by one thread.
#pragma once

#include <gantry/error.hpp>

#include <cstdint>
#include <string>

namespace gantry::state_leveldb {

class Reserve {
 public:
  // LevelDB's log and the table that a recovery makes of it, several times over.
  static constexpr std::uint64_t kSize = 1U << 20;
  // Less helps nobody.
  static constexpr std::uint64_t kLeast = 64U << 10;
  // Left to others, except of what was given up: they had none before.
  static constexpr std::uint64_t kSpare = 128U << 10;

  // dir: the store's folder.
  explicit Reserve(const std::string& dir) : path_(dir + "/reserve") {}
  // Makes it if it is missing or small, as large as there is room for. One stat(2) otherwise.
  void keep() noexcept;
  // False when there is nothing to give.
  [[nodiscard]] bool give_up() noexcept;

 private:
  std::string path_;
  bool given_up_ = false;
};

// The failure with the file system that is full, and what to do.
[[nodiscard]] Error full_disk_error(const std::string& dir, const Error& error);

}  // namespace gantry::state_leveldb
