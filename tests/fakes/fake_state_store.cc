// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_state_store.h"

#include <gantry/error.hpp>

#include <utility>

namespace gantry::fakes {

using ports::Durability;
using ports::TransactionMode;

// Works on a copy of the rows, which a commit puts in place.
class FakeStateStore::Transaction final : public ports::StateTransaction {
 public:
  Transaction(FakeStateStore& store, bool exclusive)
      : store_(store), exclusive_(exclusive), rows_(store.rows_) {
    store_.in_transaction_ = true;
  }
  ~Transaction() override { end(); }

  std::optional<std::string> get(std::string_view key) override {
    require_live();
    store_.call("get", key);
    const auto found = rows_.find(key);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }

  void put(std::string_view key, std::string_view value) override {
    require_exclusive();
    store_.call("put", key);
    rows_.insert_or_assign(std::string(key), std::string(value));
    wrote_ = true;
  }

  void del(std::string_view key) override {
    require_exclusive();
    store_.call("del", key);
    if (const auto found = rows_.find(key); found != rows_.end()) {
      rows_.erase(found);
    }
    wrote_ = true;
  }

  void scan(std::string_view first, std::string_view last,
            const std::function<bool(std::string_view, std::string_view)>& visit) override {
    require_live();
    store_.call("scan", first);
    scanning_ = true;
    for (auto row = rows_.lower_bound(first);
         row != rows_.end() && (last.empty() || row->first < last); ++row) {
      if (!visit(row->first, row->second)) {
        break;
      }
    }
    scanning_ = false;
  }

  void commit(Durability durability) override {
    require_live();
    // Ended whatever happens: a failed commit leaves none of its writes.
    struct End {
      Transaction& txn;
      ~End() { txn.end(); }
    } const end_at_last{*this};
    store_.call("commit");
    if (!wrote_) {
      return;
    }
    store_.rows_ = std::move(rows_);
    ++store_.generation_;
    if (durability == Durability::kDurable) {
      store_.durable_rows_ = store_.rows_;
      ++store_.durable_commits_;
    } else {
      ++store_.relaxed_commits_;
    }
  }

 private:
  void require_live() const {
    if (ended_) {
      throw Error(Code::kInvalid, "this transaction has ended");
    }
  }
  void require_exclusive() const {
    require_live();
    if (!exclusive_ || scanning_) {
      throw Error(Code::kInvalid,
                  scanning_ ? "a write during a scan" : "a write in a read-only transaction");
    }
  }
  void end() noexcept {
    if (!ended_) {
      ended_ = true;
      store_.in_transaction_ = false;
    }
  }

  FakeStateStore& store_;
  bool exclusive_;
  Rows rows_;
  bool wrote_ = false;
  bool scanning_ = false;
  bool ended_ = false;
};

std::unique_ptr<ports::StateTransaction> FakeStateStore::begin(
    TransactionMode mode, std::chrono::milliseconds /*timeout*/) {
  call("begin");
  if (in_transaction_) {
    throw Error(Code::kInvalid, "this store is in a transaction");
  }
  ++transactions_;
  return std::make_unique<Transaction>(*this, mode == TransactionMode::kExclusive);
}

std::uint64_t FakeStateStore::generation() {
  call("generation");
  return generation_;
}

void FakeStateStore::check(std::chrono::milliseconds /*timeout*/) { call("check"); }

void FakeStateStore::compact(std::chrono::milliseconds /*timeout*/) { call("compact"); }

}  // namespace gantry::fakes
