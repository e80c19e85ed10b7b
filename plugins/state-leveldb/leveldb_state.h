// SPDX-License-Identifier: Apache-2.0
//
// The state store on LevelDB, which admits one process at a time: the database is opened
// for each transaction, under locks of our own. In the folder:
//
//   gate     whoever wants in takes this for a moment; it gives a waiting writer its turn
//   queue    a pipe through which whoever leaves the gate wakes the next
//   lock     held through the transaction, shared or exclusive; says what StatusRecord holds
//   db/      the LevelDB database
//   reserve  room for the day when the disk is full (Reserve)
//   repair   made by a person: the next transaction salvages what can be read
//   damaged-<time>/  the database as it was before such a repair
//
// One instance is used by one thread at a time, one transaction at a time; any number of
// instances and processes may share a folder. A process may be killed at any instruction.
#pragma once

#include <gantry/plugin/host.hpp>
#include <gantry/plugin/state.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "sdk/support/file_lock.h"
#include "sdk/support/unique_fd.h"

namespace gantry::state_leveldb {

class ReadTransaction;
class WriteTransaction;

class LevelDbState final : public plugin::State {
 public:
  // Knows no configuration key.
  LevelDbState(plugin::Host host, const std::string& config_json);

  void open(const std::string& dir) override;
  void close() noexcept override;
  std::unique_ptr<plugin::Transaction> begin(bool exclusive, std::int64_t timeout_ms) override;
  std::uint64_t generation() override;
  void check(std::int64_t timeout_ms) override;
  void compact(std::int64_t timeout_ms) override;

 private:
  [[nodiscard]] std::unique_ptr<ReadTransaction> begin_reading(std::int64_t timeout_ms);
  [[nodiscard]] std::unique_ptr<ReadTransaction> snapshot(std::int64_t timeout_ms);
  [[nodiscard]] std::unique_ptr<WriteTransaction> begin_writing(std::int64_t timeout_ms);
  [[nodiscard]] FileLock enter(LockMode mode, std::int64_t timeout_ms);
  void repair_if_asked(std::int64_t timeout_ms);
  void require_open() const;
  [[nodiscard]] std::string db_dir() const { return dir_ + "/db"; }
  [[nodiscard]] const std::string& boot_id();
  [[nodiscard]] std::string last_boot() const;  // the last writer's

  plugin::Host host_;
  std::string dir_;      // empty: not open
  std::string boot_id_;  // empty: not asked for yet
  UniqueFd record_fd_;   // for generation
  std::shared_ptr<bool> in_transaction_ = std::make_shared<bool>(false);
};

}  // namespace gantry::state_leveldb
