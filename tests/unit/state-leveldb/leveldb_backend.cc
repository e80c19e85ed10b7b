// SPDX-License-Identifier: Apache-2.0
//
// The LevelDB plug-in's class as a port, without the ABI between.
#include "tests/unit/state-leveldb/state_fixture.h"
#include "tests/unit/store/backend.h"

namespace gantry::store {

namespace {

class Transaction final : public ports::StateTransaction {
 public:
  explicit Transaction(std::unique_ptr<plugin::Transaction> inner) : inner_(std::move(inner)) {}
  std::optional<std::string> get(std::string_view key) override {
    std::string value;
    return inner_->get(key, value) ? std::optional(std::move(value)) : std::nullopt;
  }
  void put(std::string_view key, std::string_view value) override { inner_->put(key, value); }
  void del(std::string_view key) override { inner_->del(key); }
  void scan(std::string_view first, std::string_view last,
            const std::function<bool(std::string_view, std::string_view)>& visit) override {
    inner_->scan(first, last, visit);
  }
  void commit(ports::Durability durability) override {
    inner_->commit(durability == ports::Durability::kDurable);
  }

 private:
  std::unique_ptr<plugin::Transaction> inner_;
};

class Backend final : public ports::StateStore {
 public:
  std::unique_ptr<ports::StateTransaction> begin(ports::TransactionMode mode,
                                                 std::chrono::milliseconds timeout) override {
    return std::make_unique<Transaction>(
        instance_.state->begin(mode == ports::TransactionMode::kExclusive, timeout.count()));
  }
  std::uint64_t generation() override { return instance_.state->generation(); }
  void check(std::chrono::milliseconds timeout) override {
    instance_.state->check(timeout.count());
  }
  void compact(std::chrono::milliseconds timeout) override {
    instance_.state->compact(timeout.count());
  }

 private:
  state_leveldb::TempDir dir_;
  state_leveldb::StateInstance instance_{dir_.path};
};

}  // namespace

std::unique_ptr<ports::StateStore> make_backend() { return std::make_unique<Backend>(); }

}  // namespace gantry::store
