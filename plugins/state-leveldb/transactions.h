// SPDX-License-Identifier: Apache-2.0
//
// The two transactions of the state store. Each owns the lock and the open database until
// it ends; used by one thread.
#pragma once

#include <gantry/plugin/state.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/state-leveldb/database.h"
#include "plugins/state-leveldb/reserve.h"
#include "plugins/state-leveldb/status_record.h"
#include "sdk/support/file_lock.h"

namespace gantry::state_leveldb {

using Visit = std::function<bool(std::string_view, std::string_view)>;

// Marks an instance as being in a transaction for as long as it lives.
class Turn {
 public:
  explicit Turn(std::shared_ptr<bool> taken) : taken_(std::move(taken)) { *taken_ = true; }
  Turn(Turn&&) noexcept = default;
  Turn& operator=(Turn&&) = delete;
  ~Turn() { end(); }
  void end() noexcept {
    if (taken_) {
      *taken_ = false;
      taken_.reset();
    }
  }

 private:
  std::shared_ptr<bool> taken_;
};

class ReadTransaction final : public plugin::Transaction {
 public:
  // A folder without a database reads as empty.
  ReadTransaction(Turn turn, FileLock lock, const std::string& db_dir,
                  const std::string& boot_id);
  // Reads everything; kCorrupt names what is broken.
  void verify();

  bool get(std::string_view key, std::string& ret_value) override;
  void put(std::string_view key, std::string_view value) override;
  void del(std::string_view key) override;
  void scan(std::string_view first, std::string_view last, const Visit& visit) override;
  void commit(bool durable) override;

 private:
  void require_live() const;

  Turn turn_;
  FileLock lock_;
  std::optional<Database> database_;
  bool ended_ = false;
};

class WriteTransaction final : public plugin::Transaction {
 public:
  using Warn = std::function<void(std::string_view)>;
  // warn is told what a power cut took.
  WriteTransaction(Turn turn, FileLock lock, const std::string& db_dir,
                   const std::string& boot_id, const Warn& warn);
  ~WriteTransaction() override { end(); }

  bool get(std::string_view key, std::string& ret_value) override;
  void put(std::string_view key, std::string_view value) override;
  void del(std::string_view key) override;
  void scan(std::string_view first, std::string_view last, const Visit& visit) override;
  void commit(bool durable) override;

 private:
  void open(bool same_boot, const Warn& warn);
  void write(leveldb::WriteBatch& batch, bool durable);
  void require_live() const;
  void end() noexcept;

  Turn turn_;
  FileLock lock_;
  std::string db_dir_;
  Reserve reserve_;
  StatusRecord record_;
  std::optional<Database> database_;
  // Key -> new value, or nullopt where it is deleted.
  std::map<std::string, std::optional<std::string>, std::less<>> writes_;
};

}  // namespace gantry::state_leveldb
