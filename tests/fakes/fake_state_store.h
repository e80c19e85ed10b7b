// SPDX-License-Identifier: Apache-2.0
//
// A state store in memory, with the contract of ports::StateStore, for tests of whatever is
// built on it. Used by one thread. A hook that throws makes the operation fail before it has
// any effect; throwing something that nobody catches as an Error plays a sudden death.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/state_store.h"

namespace gantry::fakes {

class FakeStateStore final : public ports::StateStore {
 public:
  // An operation as the hook sees it: "begin", "get", "put", "del", "scan", "commit",
  // "generation", "check", "compact", and the key (of scan: the first), if any.
  using Hook = std::function<void(std::string_view operation, std::string_view key)>;
  using Rows = std::map<std::string, std::string, std::less<>>;

  void set_hook(Hook hook) { hook_ = std::move(hook); }

  std::unique_ptr<ports::StateTransaction> begin(ports::TransactionMode mode,
                                                 std::chrono::milliseconds timeout) override;
  std::uint64_t generation() override;
  void check(std::chrono::milliseconds timeout) override;
  void compact(std::chrono::milliseconds timeout) override;

  // The machine loses power: what was committed since the last durable commit is gone, and
  // so is a transaction that was under way.
  void lose_power() {
    rows_ = durable_rows_;
    in_transaction_ = false;
  }

  // Its process was killed: a transaction that was under way is gone.
  void lose_process() { in_transaction_ = false; }

  [[nodiscard]] const Rows& rows() const noexcept { return rows_; }
  // Puts a row past the hook, for arranging a test.
  void set(std::string key, std::string value) {
    rows_.insert_or_assign(std::move(key), std::move(value));
    durable_rows_ = rows_;
  }
  // Damages the store: the row is gone.
  void lose(const std::string& key) {
    rows_.erase(key);
    durable_rows_ = rows_;
  }
  [[nodiscard]] int durable_commits() const noexcept { return durable_commits_; }
  [[nodiscard]] int relaxed_commits() const noexcept { return relaxed_commits_; }
  [[nodiscard]] int transactions() const noexcept { return transactions_; }

 private:
  class Transaction;
  void call(std::string_view operation, std::string_view key = {}) const {
    if (hook_) {
      hook_(operation, key);
    }
  }

  Hook hook_;
  Rows rows_;
  Rows durable_rows_;
  std::uint64_t generation_ = 0;
  int durable_commits_ = 0;
  int relaxed_commits_ = 0;
  int transactions_ = 0;
  bool in_transaction_ = false;
};

}  // namespace gantry::fakes
