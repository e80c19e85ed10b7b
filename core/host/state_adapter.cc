// SPDX-License-Identifier: Apache-2.0
#include "core/host/state_adapter.h"

#include <functional>
#include <optional>
#include <utility>

namespace gantry::host {

using boundary::to_abi;
using boundary::view;

namespace {

using Visit = std::function<bool(std::string_view key, std::string_view value)>;

struct ScanReceiver {
  const Visit& visit;
  Pending pending;

  static std::int32_t item(void* ctx, gantry_str key, gantry_str value) noexcept {
    auto& self = *static_cast<ScanReceiver*>(ctx);
    return self.pending.run([&] { return self.visit(view(key), view(value)) ? 0 : 1; });
  }
};

class AbiTransaction final : public ports::StateTransaction {
 public:
  AbiTransaction(const Instance& instance, const gantry_state_ops& ops, void* txn)
      : instance_(instance), ops_(ops), txn_(txn) {}
  AbiTransaction(const AbiTransaction&) = delete;
  AbiTransaction& operator=(const AbiTransaction&) = delete;
  ~AbiTransaction() override {
    if (txn_ != nullptr) {
      instance_.call_plain("abort", ops_.abort, txn_);
    }
  }

  std::optional<std::string> get(std::string_view key) override {
    TextSink value(kMaxValue);
    try {
      instance_.call("get", ops_.get, open(), to_abi(key), value.abi());
    } catch (const Error& e) {
      if (e.code() == Code::kNotFound) {
        return std::nullopt;
      }
      throw;
    }
    return value.text();
  }

  void put(std::string_view key, std::string_view value) override {
    instance_.call("put", ops_.put, open(), to_abi(key), to_abi(value));
  }

  void del(std::string_view key) override {
    instance_.call("del", ops_.del, open(), to_abi(key));
  }

  void scan(std::string_view first, std::string_view last, const Visit& visit) override {
    ScanReceiver receiver{visit, {}};
    const gantry_kv_sink sink{&receiver, &ScanReceiver::item};
    instance_.call("scan", ops_.scan, open(), to_abi(first), to_abi(last), &sink);
    receiver.pending.rethrow();
  }

  void commit(ports::Durability durability) override {
    void* const txn = open();
    txn_ = nullptr;  // ended, whatever is answered
    instance_.call("commit", ops_.commit, txn,
                   durability == ports::Durability::kDurable ? GANTRY_COMMIT_DURABLE
                                                             : GANTRY_COMMIT_RELAXED);
  }

 private:
  static constexpr std::size_t kMaxValue = std::size_t{64} << 20;

  [[nodiscard]] void* open() const {
    if (txn_ == nullptr) {
      throw Error(Code::kInternal, "the state transaction has ended");
    }
    return txn_;
  }

  const Instance& instance_;
  const gantry_state_ops& ops_;
  void* txn_;
};

}  // namespace

AbiStateStore::AbiStateStore(std::unique_ptr<Instance> instance,
                             const std::filesystem::path& dir)
    : instance_(std::move(instance)), ops_(instance_->plugin().ops<gantry_state_ops>()) {
  const std::string path = dir.string();
  instance_->call("open", ops_.open, instance_->self(), to_abi(path));
}

AbiStateStore::~AbiStateStore() {
  if (ops_.close != nullptr) {
    instance_->call_plain("close", ops_.close, instance_->self());
  }
}

std::unique_ptr<ports::StateTransaction> AbiStateStore::begin(
    ports::TransactionMode mode, std::chrono::milliseconds timeout) {
  void* txn = nullptr;
  instance_->call(
      "begin", ops_.begin, instance_->self(),
      mode == ports::TransactionMode::kExclusive ? GANTRY_TXN_EXCLUSIVE : GANTRY_TXN_READ,
      std::int64_t{timeout.count()}, &txn);
  return std::make_unique<AbiTransaction>(*instance_, ops_, txn);
}

std::uint64_t AbiStateStore::generation() {
  std::uint64_t generation = 0;
  instance_->call("generation", ops_.generation, instance_->self(), &generation);
  return generation;
}

void AbiStateStore::check(std::chrono::milliseconds timeout) {
  instance_->call("check", ops_.check, instance_->self(), std::int64_t{timeout.count()});
}

void AbiStateStore::compact(std::chrono::milliseconds timeout) {
  instance_->call("compact", ops_.compact, instance_->self(), std::int64_t{timeout.count()});
}

}  // namespace gantry::host
