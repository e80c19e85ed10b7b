// SPDX-License-Identifier: Apache-2.0
//
// What the store's lock file says: how the last writer left the database, how many commits
// there were, and who writes now. One line of fixed length, rewritten in place by the holder
// of the exclusive lock and read by anyone at any time. Never synced: it speaks of one boot,
// whose memory is the page cache; after another boot it is not believed.
#pragma once

#include <cstdint>
#include <string>

namespace gantry::state_leveldb {

struct StatusRecord {
  std::uint64_t generation = 0;  // 0: nothing was ever committed
  bool clean = false;            // the last writer closed the database
  std::string boot_id;           // of the boot that all of this belongs to
  int writer = 0;                // process that holds the exclusive lock, 0 if none
};

// An empty or unreadable line gives an empty record: not clean.
[[nodiscard]] StatusRecord read_record(int fd);
// Throws when it cannot be written; the line is then the old one or the new one.
void write_record(int fd, const StatusRecord& record);

}  // namespace gantry::state_leveldb
