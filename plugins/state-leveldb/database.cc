// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/database.h"

#include <leveldb/iterator.h>
#include <leveldb/options.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "plugins/state-leveldb/log_files.h"
#include "plugins/state-leveldb/log_tail.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::state_leveldb {

namespace fs = std::filesystem;
using leveldb::Slice;
using leveldb::Status;

namespace {

// LevelDB tells an operating system's refusal in words alone; this is the one place that
// reads them.
Code code_of(const Status& status) {
  if (status.IsCorruption()) {
    return Code::kCorrupt;
  }
  if (status.IsNotSupportedError()) {
    return Code::kUnsupported;
  }
  const std::string text = status.ToString();
  for (const int err : {ENOSPC, EDQUOT, EACCES, EPERM, EROFS}) {
    if (text.ends_with(std::strerror(err))) {
      return code_of_errno(err);
    }
  }
  return Code::kIo;
}

leveldb::ReadOptions read_options() {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

// From so many tables of level 0 (kL0_SlowdownWritesTrigger) LevelDB waits at each write, and
// from four more for us.
bool must_compact(leveldb::DB& db) {
  constexpr int kMost = 8;
  std::string count;
  return db.GetProperty("leveldb.num-files-at-level0", &count) && std::stoi(count) >= kMost;
}

// Takes a refused commit out of the log again: LevelDB appends before it reports, and the
// next recovery would find what the caller was told did not happen.
void cut_back(const std::string& dir, const LogFile& before) {
  const LogFile now = newest_log(dir);
  if (now.number != 0) {
    cut_log(now.path, now.number == before.number ? before.size : 0);
  }
}

}  // namespace

Error corrupt_error(const std::string& db_dir, const std::string& why) {
  const std::string dir = fs::path(db_dir).parent_path();
  return {Code::kCorrupt,
          "the state store in " + dir + " is damaged: " + why +
              "; restore the folder from a backup, or run \"touch " + dir +
              "/repair\" and the command again: what can still be read is saved, and the "
              "damaged files are kept beside it"};
}

Database::Database(std::string dir, Access access, Left left)
    : dir_(std::move(dir)),
      env_(access == Access::kSnapshot ? make_snapshot_env() : make_write_env()) {
  const bool exists = present(dir_);
  if (!exists && access == Access::kSnapshot) {
    throw Error(Code::kNotFound, "there is no database in " + dir_);
  }
  if (exists && any_log_torn(dir_) && left == Left::kClosed) {
    throw corrupt_error(dir_, "a log ends within a record, though it was closed");
  }
  leveldb::Options options;
  options.env = env_->env();
  options.info_log = silent_logger();
  options.create_if_missing = !exists;
  options.paranoid_checks = true;
  options.reuse_logs = access == Access::kSnapshot || left == Left::kClosed;
  // A snapshot keeps the log in memory whatever its size; a writer replays it at each open,
  // so that it is better small.
  options.write_buffer_size = access == Access::kSnapshot ? 64U << 20 : 256U << 10;
  leveldb::DB* db = nullptr;
  require(leveldb::DB::Open(options, dir_, &db), "open");
  db_.reset(db);
  if (access == Access::kWrite) {
    // The rest is done at close: a compaction that finds no room must not keep a write from
    // being made that needs little.
    if (must_compact(*db_)) {
      (void)env_->run_pending();
    }
    if (env_->take_created()) {
      sync_directory(dir_);
    }
    if (!exists) {
      sync_directory(fs::path(dir_).parent_path());
    }
  }
}

Database::~Database() {
  if (db_) {
    // LevelDB waits at close for the work that it has asked for.
    (void)env_->run_pending();
  }
}

bool Database::settle() {
  if (!env_->run_pending()) {
    return true;
  }
  // What failed in the background is told to the next who writes.
  leveldb::WriteBatch nothing;
  return db_->Write({}, &nothing).ok();
}

bool Database::get(std::string_view key, std::string& ret_value) {
  const Status status = db_->Get(read_options(), Slice(key.data(), key.size()), &ret_value);
  if (status.IsNotFound()) {
    return false;
  }
  require(status, "read");
  return true;
}

std::unique_ptr<leveldb::Iterator> Database::iterate() {
  return std::unique_ptr<leveldb::Iterator>(db_->NewIterator(read_options()));
}

void Database::write(leveldb::WriteBatch& batch, bool durable) {
  const LogFile before = newest_log(dir_);
  leveldb::WriteOptions options;
  options.sync = durable;
  const Status status = db_->Write(options, &batch);
  if (!status.ok()) {
    (void)env_->run_pending();
    db_.reset();
    try {
      cut_back(dir_, before);
    } catch (const Error& e) {
      throw Error(Code::kIo,
                  "write the state store " + dir_ + ": " + status.ToString() +
                      "; and it is not known whether the change was kept: " + e.what());
    }
    require(status, "write");
  }
  if (durable && env_->take_created()) {
    sync_directory(dir_);
  }
}

void Database::verify() {
  const std::unique_ptr<leveldb::Iterator> it = iterate();
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
  }
  require(it->status(), "read");
}

void Database::require(const Status& status, const std::string& doing) const {
  if (status.ok()) {
    return;
  }
  if (status.IsCorruption()) {
    throw corrupt_error(dir_, status.ToString());
  }
  throw Error(code_of(status), doing + " the state store " + dir_ + ": " + status.ToString());
}

void Database::compact(const std::string& dir) {
  // CompactRange waits for a thread to do the work; this is the one place that has one.
  leveldb::Options options;
  options.info_log = silent_logger();
  options.paranoid_checks = true;
  leveldb::DB* db = nullptr;
  const Status status = leveldb::DB::Open(options, dir, &db);
  if (status.IsCorruption()) {
    throw corrupt_error(dir, status.ToString());
  }
  if (!status.ok()) {
    throw Error(code_of(status), "compact the state store " + dir + ": " + status.ToString());
  }
  const std::unique_ptr<leveldb::DB> owned(db);
  owned->CompactRange(nullptr, nullptr);
}

void Database::repair(const std::string& dir) {
  leveldb::Options options;
  options.info_log = silent_logger();
  const Status status = leveldb::RepairDB(dir, options);
  if (!status.ok()) {
    throw Error(code_of(status), "repair the state store " + dir + ": " + status.ToString());
  }
  sync_directory(dir);
}

bool Database::present(const std::string& dir) {
  if (exists(dir + "/CURRENT")) {
    return true;
  }
  // A creation that died has left a manifest at most. Anything more is data, and LevelDB
  // would take it for rubbish.
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    const std::string kind = entry.path().extension();
    if (kind == ".ldb" || kind == ".sst" || kind == ".log") {
      throw corrupt_error(dir, dir + "/CURRENT is missing");
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw errno_error(error.value(), "read folder " + dir);
  }
  return false;
}

}  // namespace gantry::state_leveldb
