// SPDX-License-Identifier: Apache-2.0
//
// The worlds that LevelDB is run in. Both run its background work in the calling thread,
// when told to, so that no LevelDB thread ever exists: a transaction is shorter than the
// life of a thread is worth, and a compaction is finished, not thrown away at close.
// Owned by a Database, used by one thread.
#pragma once

#include <leveldb/env.h>

#include <memory>

namespace gantry::state_leveldb {

class DatabaseEnv {
 public:
  virtual ~DatabaseEnv() = default;
  [[nodiscard]] virtual leveldb::Env* env() noexcept = 0;
  // Runs the background work asked for so far, and what that asks for. False: there was none.
  virtual bool run_pending() = 0;
  // Whether files were created since the last call: their names need a sync of the folder.
  [[nodiscard]] virtual bool take_created() noexcept = 0;
};

// Reads and writes the folder.
[[nodiscard]] std::unique_ptr<DatabaseEnv> make_write_env();
// Reads the folder; what LevelDB writes stays in memory, where LevelDB finds it again. A
// compaction (run_pending) fails at once instead of working for nothing.
[[nodiscard]] std::unique_ptr<DatabaseEnv> make_snapshot_env();

// Discards everything; without one, LevelDB writes a LOG file at each open.
[[nodiscard]] leveldb::Logger* silent_logger() noexcept;

}  // namespace gantry::state_leveldb
