// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/leveldb_state.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "plugins/state-leveldb/database.h"
#include "plugins/state-leveldb/gate.h"
#include "plugins/state-leveldb/status_record.h"
#include "plugins/state-leveldb/transactions.h"
#include "sdk/support/boot_id.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/timestamp.h"

namespace gantry::state_leveldb {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

LevelDbState::LevelDbState(plugin::Host host, const std::string& config_json) : host_(host) {
  const Json config = parse_json(config_json, "the configuration of the state store");
  if (!config.empty()) {
    throw Error(Code::kInvalid, "the state store leveldb has no option \"" +
                                    config.begin().key() + "\"; remove it");
  }
}

void LevelDbState::open(const std::string& dir) {
  make_directories(dir, 0700);
  dir_ = dir;
}

void LevelDbState::close() noexcept {
  record_fd_.reset();
  dir_.clear();
}

void LevelDbState::require_open() const {
  if (dir_.empty()) {
    throw Error(Code::kInvalid, "the state store is not open");
  }
  if (*in_transaction_) {
    throw Error(Code::kInvalid, "this instance of the state store is in a transaction");
  }
}

const std::string& LevelDbState::boot_id() {
  if (boot_id_.empty()) {
    boot_id_ = gantry::boot_id();
  }
  return boot_id_;
}

// The gate is held while waiting for the lock and not a moment longer, so that a writer
// waits only for the transactions that are under way: whoever comes later stands behind it.
FileLock LevelDbState::enter(LockMode mode, std::int64_t timeout_ms) {
  constexpr std::int64_t kLongest = 1000LL * 3600 * 24;
  const milliseconds timeout(std::clamp<std::int64_t>(timeout_ms, 0, kLongest));
  const LockWait wait{steady_clock::now() + timeout, [this] { return host_.cancelled(); }};
  const std::string lock = dir_ + "/lock";
  try {
    const Gate gate(dir_ + "/gate", wait);
    return FileLock::take(lock, mode, wait);
  } catch (const Error& e) {
    if (e.code() != Code::kTimeout) {
      throw;
    }
    std::string holders = lock_holders(lock);
    if (holders.empty()) {
      const UniqueFd fd(::open(lock.c_str(), O_RDONLY | O_CLOEXEC));
      const int writer = fd ? read_record(fd.get()).writer : 0;
      const bool lives = writer > 0 && (::kill(writer, 0) == 0 || errno == EPERM);
      holders = lives ? "process " + std::to_string(writer) : "another process";
    }
    throw Error(Code::kTimeout, "waited " + std::to_string(timeout.count()) +
                                    " ms for the state store in " + dir_ + ": " + holders +
                                    " holds it; try again, or end that process");
  }
}

std::unique_ptr<plugin::Transaction> LevelDbState::begin(bool exclusive,
                                                         std::int64_t timeout_ms) {
  require_open();
  repair_if_asked(timeout_ms);
  if (exclusive) {
    return begin_writing(timeout_ms);
  }
  return begin_reading(timeout_ms);
}

std::unique_ptr<WriteTransaction> LevelDbState::begin_writing(std::int64_t timeout_ms) {
  FileLock lock = enter(LockMode::kExclusive, timeout_ms);
  return std::make_unique<WriteTransaction>(
      Turn(in_transaction_), std::move(lock), db_dir(), boot_id(),
      [this](std::string_view what) { host_.warn(what); });
}

std::unique_ptr<ReadTransaction> LevelDbState::begin_reading(std::int64_t timeout_ms) {
  try {
    return snapshot(timeout_ms);
  } catch (const Error& e) {
    if (e.code() != Code::kCorrupt || last_boot() == boot_id()) {
      throw;
    }
  }
  // A power cut may have torn the log; whoever may write puts that right.
  (void)begin_writing(timeout_ms);
  return snapshot(timeout_ms);
}

std::unique_ptr<ReadTransaction> LevelDbState::snapshot(std::int64_t timeout_ms) {
  FileLock lock = enter(LockMode::kShared, timeout_ms);
  return std::make_unique<ReadTransaction>(Turn(in_transaction_), std::move(lock), db_dir(),
                                           boot_id());
}

std::string LevelDbState::last_boot() const {
  const UniqueFd fd(::open((dir_ + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  return fd ? read_record(fd.get()).boot_id : std::string();
}

std::uint64_t LevelDbState::generation() {
  if (dir_.empty()) {
    throw Error(Code::kInvalid, "the state store is not open");
  }
  if (!record_fd_) {
    // Kept open: each close would wake those who wait for the lock.
    record_fd_.reset(::open((dir_ + "/lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!record_fd_) {
      if (errno == ENOENT) {
        return 0;
      }
      throw errno_error(errno, "open " + dir_ + "/lock");
    }
  }
  return read_record(record_fd_.get()).generation;
}

void LevelDbState::check(std::int64_t timeout_ms) {
  require_open();
  begin_reading(timeout_ms)->verify();
}

void LevelDbState::compact(std::int64_t timeout_ms) {
  require_open();
  if (last_boot() != boot_id() && Database::present(db_dir())) {
    // The first writer of this boot cuts what a power cut tore, and gives the data a number
    // that no other has had.
    (void)begin_writing(timeout_ms);
  }
  const FileLock lock = enter(LockMode::kExclusive, timeout_ms);
  if (!Database::present(db_dir())) {
    return;
  }
  StatusRecord record = read_record(lock.fd());
  record.clean = false;
  record.writer = ::getpid();
  write_record(lock.fd(), record);
  Database::compact(db_dir());
  record.boot_id = boot_id();
  record.clean = true;
  record.writer = 0;
  write_record(lock.fd(), record);
}

void LevelDbState::repair_if_asked(std::int64_t timeout_ms) {
  const std::string request = dir_ + "/repair";
  if (!exists(request)) {
    return;
  }
  const FileLock lock = enter(LockMode::kExclusive, timeout_ms);
  if (!exists(request)) {
    return;  // another process was quicker
  }
  const std::int64_t now = now_ns();
  const std::string kept = dir_ + "/damaged-" + std::to_string(now);
  StatusRecord record = read_record(lock.fd());
  record.generation = std::max(record.generation + 1, static_cast<std::uint64_t>(now));
  record.boot_id = boot_id();
  record.clean = false;
  write_record(lock.fd(), record);
  std::error_code error;
  make_directories(db_dir(), 0700);
  fs::copy(db_dir(), kept, fs::copy_options::recursive, error);
  if (error) {
    throw errno_error(error.value(), "keep the damaged state store in " + kept);
  }
  if (!fs::is_empty(db_dir())) {
    Database::repair(db_dir());
  }
  if (!Database::present(db_dir())) {
    record.generation = 0;  // nothing was left: the next writer starts an empty store
    write_record(lock.fd(), record);
  }
  remove_file(request);
  host_.warn("the state store in " + dir_ +
             " was repaired as asked; its files as they were are in " + kept);
}

}  // namespace gantry::state_leveldb
