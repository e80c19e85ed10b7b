// SPDX-License-Identifier: Apache-2.0
//
// One opening of the LevelDB database in a folder. Whoever opens holds the store's lock:
// shared for a snapshot, exclusive for the others. Used by one thread; failures are Errors
// that name the folder.
#pragma once

#include <leveldb/db.h>
#include <leveldb/write_batch.h>
#include <gantry/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/state-leveldb/database_env.h"

namespace gantry::state_leveldb {

class Database {
 public:
  enum class Access { kSnapshot, kWrite };  // a snapshot never touches the folder
  // How the last writer left it. Only logs that were closed whole, as this boot remembers,
  // are continued; otherwise they are turned into a table and new ones started: behind a
  // torn end, LevelDB lost acknowledged writes.
  enum class Left { kClosed, kUnknown };
  // A folder without a database is filled, except for a snapshot (kNotFound).
  Database(std::string dir, Access access, Left left);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  [[nodiscard]] bool get(std::string_view key, std::string& ret_value);
  [[nodiscard]] std::unique_ptr<leveldb::Iterator> iterate();
  // All or nothing, also when it throws; but then close and recover.
  void write(leveldb::WriteBatch& batch, bool durable);
  // Reads everything and verifies all checksums.
  void verify();
  // Throws unless the status is good.
  void require(const leveldb::Status& status, const std::string& doing) const;

  // Rewrites all tables without what was deleted or replaced.
  static void compact(const std::string& dir);
  // Saves what can still be read.
  static void repair(const std::string& dir);
  // Whether the folder holds a database; kCorrupt when it holds only parts of one.
  static bool present(const std::string& dir);
  // Does what LevelDB has put off. False: not all of it could be, and what the files end with
  // is only for a recovery to tell.
  [[nodiscard]] bool settle();

 private:
  std::string dir_;
  std::unique_ptr<DatabaseEnv> env_;
  std::unique_ptr<leveldb::DB> db_;
};

// The failure that a broken database is reported with: what to do is part of it.
[[nodiscard]] Error corrupt_error(const std::string& db_dir, const std::string& why);

}  // namespace gantry::state_leveldb
