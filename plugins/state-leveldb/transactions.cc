// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/transactions.h"

#include <leveldb/iterator.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "plugins/state-leveldb/log_tail.h"
#include "sdk/support/timestamp.h"

namespace gantry::state_leveldb {

namespace {

std::string_view view(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

bool before(std::string_view key, std::string_view last) { return last.empty() || key < last; }

Database::Left left_by(const StatusRecord& record, bool same_boot) {
  return record.clean && same_boot ? Database::Left::kClosed : Database::Left::kUnknown;
}

// What fails for want of room is tried once more with what the reserve gives.
template <typename F>
void with_reserve(Reserve& reserve, const std::string& dir, const F& attempt) {
  try {
    attempt(false);
    return;
  } catch (const Error& e) {
    if (e.code() != Code::kNoSpace) {
      throw;
    }
    if (!reserve.give_up()) {
      throw full_disk_error(dir, e);
    }
  }
  try {
    attempt(true);
  } catch (const Error& e) {
    reserve.keep();
    throw e.code() == Code::kNoSpace ? full_disk_error(dir, e) : e;
  }
}

Error ended_error() { return {Code::kInvalid, "this transaction has ended"}; }

}  // namespace

ReadTransaction::ReadTransaction(Turn turn, FileLock lock, const std::string& db_dir,
                                 const std::string& boot_id)
    : turn_(std::move(turn)), lock_(std::move(lock)) {
  const StatusRecord record = read_record(lock_.fd());
  if (Database::present(db_dir)) {
    database_.emplace(db_dir, Database::Access::kSnapshot,
                      left_by(record, record.boot_id == boot_id));
  } else if (record.generation != 0) {
    throw corrupt_error(db_dir, db_dir + " is gone");
  }
}

void ReadTransaction::verify() {
  require_live();
  if (database_) {
    database_->verify();
  }
}

void ReadTransaction::require_live() const {
  if (ended_) {
    throw ended_error();
  }
}

bool ReadTransaction::get(std::string_view key, std::string& ret_value) {
  require_live();
  return database_ && database_->get(key, ret_value);
}

void ReadTransaction::put(std::string_view /*key*/, std::string_view /*value*/) {
  throw Error(Code::kInvalid, "put in a read-only transaction");
}

void ReadTransaction::del(std::string_view /*key*/) {
  throw Error(Code::kInvalid, "del in a read-only transaction");
}

void ReadTransaction::scan(std::string_view first, std::string_view last, const Visit& visit) {
  require_live();
  if (!database_) {
    return;
  }
  const std::unique_ptr<leveldb::Iterator> it = database_->iterate();
  for (it->Seek({first.data(), first.size()}); it->Valid() && before(view(it->key()), last);
       it->Next()) {
    if (!visit(view(it->key()), view(it->value()))) {
      return;
    }
  }
  database_->require(it->status(), "read");
}

void ReadTransaction::commit(bool /*durable*/) {
  require_live();
  ended_ = true;
  database_.reset();
  lock_.release();
  turn_.end();
}

WriteTransaction::WriteTransaction(Turn turn, FileLock lock, const std::string& db_dir,
                                   const std::string& boot_id, const Warn& warn)
    : turn_(std::move(turn)),
      lock_(std::move(lock)),
      db_dir_(db_dir),
      reserve_(std::filesystem::path(db_dir).parent_path()),
      record_(read_record(lock_.fd())) {
  const bool same_boot = record_.boot_id == boot_id;
  if (record_.generation != 0 && !Database::present(db_dir)) {
    throw corrupt_error(db_dir, db_dir + " is gone");
  }
  if (record_.generation != 0 && !same_boot) {
    // The number may be older than the data, for it is never synced; a number taken from the
    // clock was not given out before.
    record_.generation = std::max(record_.generation + 1, static_cast<std::uint64_t>(now_ns()));
  }
  record_.boot_id = boot_id;
  record_.writer = ::getpid();
  with_reserve(reserve_, db_dir_, [&](bool) { open(same_boot, warn); });
}

void WriteTransaction::open(bool same_boot, const Warn& warn) {
  const auto left = left_by(record_, same_boot);
  record_.clean = false;
  write_record(lock_.fd(), record_);
  if (!same_boot && Database::present(db_dir_)) {
    const std::string cut = cut_torn_logs(db_dir_);
    if (!cut.empty()) {
      warn(cut);
    }
  }
  database_.emplace(db_dir_, Database::Access::kWrite, left);
}

void WriteTransaction::require_live() const {
  if (!database_) {
    throw ended_error();
  }
}

bool WriteTransaction::get(std::string_view key, std::string& ret_value) {
  require_live();
  if (const auto own = writes_.find(key); own != writes_.end()) {
    if (own->second) {
      ret_value = *own->second;
    }
    return own->second.has_value();
  }
  return database_->get(key, ret_value);
}

void WriteTransaction::put(std::string_view key, std::string_view value) {
  require_live();
  writes_.insert_or_assign(std::string(key), std::string(value));
}

void WriteTransaction::del(std::string_view key) {
  require_live();
  writes_.insert_or_assign(std::string(key), std::nullopt);
}

// Two ordered rows walked side by side; where both have a key, the transaction's own counts.
void WriteTransaction::scan(std::string_view first, std::string_view last, const Visit& visit) {
  require_live();
  const std::unique_ptr<leveldb::Iterator> stored = database_->iterate();
  stored->Seek({first.data(), first.size()});
  auto own = writes_.lower_bound(first);
  for (;;) {
    const bool more_stored = stored->Valid() && before(view(stored->key()), last);
    const bool more_own = own != writes_.end() && before(own->first, last);
    if (!more_stored && !more_own) {
      break;
    }
    const int order = !more_stored ? 1
                      : !more_own  ? -1
                                   : view(stored->key()).compare(own->first);
    if (order < 0 && !visit(view(stored->key()), view(stored->value()))) {
      return;
    }
    if (order >= 0 && own->second && !visit(own->first, *own->second)) {
      return;
    }
    if (order <= 0) {
      stored->Next();
    }
    if (order >= 0) {
      ++own;
    }
  }
  database_->require(stored->status(), "read");
}

void WriteTransaction::commit(bool durable) {
  require_live();
  if (!writes_.empty()) {
    leveldb::WriteBatch batch;
    for (const auto& [key, value] : writes_) {
      if (value) {
        batch.Put(key, *value);
      } else {
        batch.Delete(key);
      }
    }
    try {
      write(batch, durable);
    } catch (...) {
      // Not closed cleanly: the next writer recovers.
      database_.reset();
      lock_.release();
      turn_.end();
      throw;
    }
  }
  end();
}

void WriteTransaction::write(leveldb::WriteBatch& batch, bool durable) {
  // First the number, then the data: a death between them makes caches read once more,
  // the other order would leave them stale.
  ++record_.generation;
  with_reserve(reserve_, db_dir_, [&](bool again) {
    if (again) {
      // What was refused is out of the log again, but LevelDB takes no more after a failure.
      database_.reset();
      database_.emplace(db_dir_, Database::Access::kWrite, Database::Left::kUnknown);
    }
    write_record(lock_.fd(), record_);
    database_->write(batch, durable);
  });
}

void WriteTransaction::end() noexcept {
  if (!database_) {
    return;
  }
  const bool settled = database_->settle();
  database_.reset();
  reserve_.keep();
  record_.clean = settled;
  record_.writer = 0;
  try {
    write_record(lock_.fd(), record_);
  } catch (const Error&) {
    // The line still says dirty, so that the next writer recovers: slower, and right.
  }
  lock_.release();
  turn_.end();
}

}  // namespace gantry::state_leveldb
