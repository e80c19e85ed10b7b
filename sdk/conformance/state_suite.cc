// SPDX-License-Identifier: Apache-2.0
//
// Kind "state": what <gantry/abi/state.h> promises.
#include <gantry/abi/state.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "sdk/conformance/children.h"
#include "sdk/conformance/suite.h"

namespace gantry::conformance {

using boundary::to_abi;

namespace {

constexpr std::int64_t kPatience = 60'000;

class Txn {
 public:
  Txn(const gantry_state_ops& ops, void* txn) : ops_(ops), txn_(txn) {}
  Txn(Txn&& other) noexcept : ops_(other.ops_), txn_(std::exchange(other.txn_, nullptr)) {}
  Txn& operator=(Txn&&) = delete;
  ~Txn() { abort(); }

  std::optional<std::string> get(std::string_view key) const {
    Text value;
    const Answer answer = call(ops_.get, txn_, to_abi(key), value.sink());
    if (answer.code == GANTRY_ERR_NOT_FOUND) {
      return std::nullopt;
    }
    require(answer.code == GANTRY_OK, "get failed: " + answer.message);
    return value.str();
  }
  void put(std::string_view key, std::string_view value) const {
    must("put", ops_.put, txn_, to_abi(key), to_abi(value));
  }
  void del(std::string_view key) const { must("del", ops_.del, txn_, to_abi(key)); }
  void commit(std::int32_t durability = GANTRY_COMMIT_RELAXED) {
    must("commit", ops_.commit, std::exchange(txn_, nullptr), durability);
  }
  void abort() {
    if (txn_ != nullptr) {
      ops_.abort(std::exchange(txn_, nullptr));
    }
  }
  // "key=value," for each, in the order told; stops after limit.
  std::string scan(std::string_view first, std::string_view last,
                   std::size_t limit = SIZE_MAX) const {
    struct Receiver {
      std::string text;
      std::size_t left;
    } receiver{"", limit};
    const gantry_kv_sink sink{&receiver, [](void* ctx, gantry_str key, gantry_str value) {
                                auto& to = *static_cast<Receiver*>(ctx);
                                to.text.append(boundary::view(key))
                                    .append("=")
                                    .append(boundary::view(value))
                                    .append(",");
                                return --to.left == 0 ? 1 : 0;
                              }};
    must("scan", ops_.scan, txn_, to_abi(first), to_abi(last), &sink);
    return receiver.text;
  }
  [[nodiscard]] void* raw() const noexcept { return txn_; }

 private:
  const gantry_state_ops& ops_;
  void* txn_;
};

// An open store. Stores of one bench share their folder.
class Store {
 public:
  explicit Store(const Bench& bench)
      : subject_(bench.instance()),
        ops_(boundary::sized_copy(
            static_cast<const gantry_state_ops*>(subject_->plugin().ops))) {
    const std::string dir = (bench.folder() / "store").string();
    must("open", ops_.open, subject_->self(), to_abi(dir));
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    if (ops_.close != nullptr) {
      ops_.close(subject_->self());
    }
  }

  [[nodiscard]] Answer try_begin(std::int32_t mode, std::int64_t timeout, void** txn) const {
    return call(ops_.begin, subject_->self(), mode, timeout, txn);
  }
  [[nodiscard]] Txn begin(std::int32_t mode) const {
    void* txn = nullptr;
    const Answer answer = try_begin(mode, kPatience, &txn);
    require(answer.code == GANTRY_OK, "begin failed: " + answer.message);
    return {ops_, txn};
  }
  [[nodiscard]] Txn read() const { return begin(GANTRY_TXN_READ); }
  [[nodiscard]] Txn write() const { return begin(GANTRY_TXN_EXCLUSIVE); }
  void put(std::string_view key, std::string_view value,
           std::int32_t durability = GANTRY_COMMIT_RELAXED) const {
    Txn txn = write();
    txn.put(key, value);
    txn.commit(durability);
  }
  [[nodiscard]] std::uint64_t generation() const {
    std::uint64_t generation = 0;
    must("generation", ops_.generation, subject_->self(), &generation);
    return generation;
  }
  [[nodiscard]] const gantry_state_ops& ops() const noexcept { return ops_; }
  [[nodiscard]] void* self() const noexcept { return subject_->self(); }

 private:
  std::unique_ptr<Subject> subject_;
  gantry_state_ops ops_;
};

void require_value(const Txn& txn, std::string_view key, const char* wanted) {
  const auto got = txn.get(key);
  require(got.has_value(), "key " + std::string(key) + " is not there");
  require_equal("the value of " + std::string(key), *got, wanted);
}

void missing_key(Bench& bench) {
  const Store store(bench);
  require(!store.read().get("nothing"), "an empty store has a key");
  require_equal("the scan of an empty store", store.read().scan("", ""), "");
}

void committed_is_seen(Bench& bench) {
  const Store store(bench);
  store.put("a", "1", GANTRY_COMMIT_RELAXED);
  store.put("b", "2", GANTRY_COMMIT_DURABLE);
  require_value(store.read(), "a", "1");
  require_value(Store(bench).read(), "b", "2");
}

void survives_reopening(Bench& bench) {
  for (int round = 0; round < 5; ++round) {
    const Store store(bench);
    Txn txn = store.write();
    for (int i = 0; i < round; ++i) {
      require_value(txn, "round" + std::to_string(i), "kept");
    }
    txn.put("round" + std::to_string(round), "kept");
    txn.commit(round % 2);
  }
}

void reads_its_own_writes(Bench& bench) {
  const Store store(bench);
  store.put("a", "old");
  store.put("b", "old");
  const Txn txn = store.write();
  txn.put("a", "new");
  txn.put("c", "new");
  txn.del("b");
  require_value(txn, "a", "new");
  require(!txn.get("b"), "a deleted key is still there in its own transaction");
  require_equal("the scan", txn.scan("", ""), "a=new,c=new,");
  txn.put("b", "again");
  require_equal("the scan", txn.scan("", ""), "a=new,b=again,c=new,");
}

void abort_leaves_nothing(Bench& bench) {
  const Store store(bench);
  store.put("a", "kept");
  Txn txn = store.write();
  txn.put("a", "lost");
  txn.put("b", "lost");
  txn.abort();
  require_equal("the store", store.read().scan("", ""), "a=kept,");
}

void scans_in_byte_order(Bench& bench) {
  using std::string_literals::operator""s;
  const Store store(bench);
  Txn txn = store.write();
  for (const std::string& key : {"b"s, "\xff"s, "a\x00z"s, "a"s, "B"s, "a\xff"s, "aa"s}) {
    txn.put(key, "");
  }
  txn.commit();
  const Txn reader = store.read();
  require_equal("the order", reader.scan("", ""), "B=,a=,a\x00z=,aa=,a\xff=,b=,\xff=,"s);
  require_equal("the range [a, b)", reader.scan("a", "b"), "a=,a\x00z=,aa=,a\xff=,"s);
  require_equal("the range from b to the end", reader.scan("b", ""), "b=,\xff=,"s);
  require_equal("an empty range", reader.scan("c", "d"), "");
  require_equal("a range turned around", reader.scan("b", "a"), "");
  require_equal("a scan that was ended early", reader.scan("a", "", 2), "a=,a\x00z=,"s);
}

void keeps_any_bytes(Bench& bench) {
  const Store store(bench);
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<char>(i));
  }
  const std::string large(std::size_t{1} << 20, 'x');
  Txn txn = store.write();
  txn.put(all, all);
  txn.put("large", large);
  txn.put("empty", "");
  txn.commit();
  const Store again(bench);
  const Txn reader = again.read();
  require(reader.get(all) == all, "bytes were changed");
  require(reader.get("large") == large, "a value of 1 MiB was changed");
  require(reader.get("empty") == "", "an empty value was changed");
}

void deletes(Bench& bench) {
  const Store store(bench);
  store.put("a", "1");
  Txn txn = store.write();
  txn.del("a");
  txn.del("never there");
  txn.commit();
  require(!store.read().get("a"), "a deleted key is still there");
}

void readers_cannot_write(Bench& bench) {
  const Store store(bench);
  store.put("a", "1");
  const Txn txn = store.read();
  must_fail("put in a read transaction", GANTRY_ERR_INVALID, store.ops().put, txn.raw(),
            to_abi("a"), to_abi("2"));
  must_fail("del in a read transaction", GANTRY_ERR_INVALID, store.ops().del, txn.raw(),
            to_abi("a"));
  require_value(txn, "a", "1");
}

void readers_share(Bench& bench) {
  const Store one(bench);
  const Store two(bench);
  one.put("a", "1");
  const Txn first = one.read();
  const Txn second = two.read();
  require_value(first, "a", "1");
  require_value(second, "a", "1");
}

// A writer may have to wait for the reader, or not; the reader must not notice.
void readers_see_one_moment(Bench& bench) {
  const Store reading(bench);
  const Store writing(bench);
  reading.put("a", "old");
  const Txn reader = reading.read();
  void* raw = nullptr;
  const Answer begun = writing.try_begin(GANTRY_TXN_EXCLUSIVE, 200, &raw);
  if (begun.code == GANTRY_OK) {
    Txn txn(writing.ops(), raw);
    txn.put("a", "new");
    txn.commit();
  } else {
    require(begun.code == GANTRY_ERR_TIMEOUT,
            std::string("a writer beside a reader was answered ") + code_name(begun.code));
  }
  require_value(reader, "a", "old");
}

void writers_exclude_each_other(Bench& bench) {
  const Store one(bench);
  const Store two(bench);
  Txn holder = one.write();
  void* raw = nullptr;
  Answer answer = two.try_begin(GANTRY_TXN_EXCLUSIVE, 0, &raw);
  require(answer.code == GANTRY_ERR_TIMEOUT,
          std::string("a second writer was answered ") + code_name(answer.code));
  const auto start = std::chrono::steady_clock::now();
  answer = two.try_begin(GANTRY_TXN_EXCLUSIVE, 200, &raw);
  const std::chrono::milliseconds waited =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                            start);
  require(answer.code == GANTRY_ERR_TIMEOUT, "a second writer did not time out");
  require(waited.count() >= 150 && waited.count() < kPatience,
          "a timeout of 200 ms took " + std::to_string(waited.count()) + " ms");
  holder.put("a", "1");
  holder.commit();
  require_value(two.write(), "a", "1");
}

// Increments lose nothing, whoever else is at it.
void counts_under_contention(Bench& bench) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  std::string failure[kThreads];
  {
    std::vector<std::jthread> threads;
    for (std::string& words : failure) {
      threads.emplace_back([&bench, &words] {
        try {
          const Store store(bench);
          for (int i = 0; i < kRounds; ++i) {
            Txn txn = store.write();
            const int count = std::stoi(txn.get("count").value_or("0"));
            txn.put("count", std::to_string(count + 1));
            txn.commit();
          }
        } catch (const std::exception& e) {
          words = e.what();
        }
      });
    }
  }
  for (const std::string& words : failure) {
    require(words.empty(), words);
  }
  require_value(Store(bench).read(), "count", std::to_string(kThreads * kRounds).c_str());
}

void survives_death(Bench& bench) {
  { const Store made(bench); }
  bench.die_in_child("state-commit");
  const Store store(bench);
  const Txn txn = store.read();
  require_value(txn, "committed", "relaxed");
  require_value(txn, "committed durably", "durable");
  require(!txn.get("not committed"), "a dead process's open transaction was committed");
}

void generation_follows_writes(Bench& bench) {
  const Store store(bench);
  store.put("a", "1");
  const std::uint64_t before = store.generation();
  { const Txn reader = store.read(); }
  { const Txn aborted = store.write(); }
  require(store.generation() == before, "the generation changed without a commit");
  Store(bench).put("a", "2");
  require(store.generation() != before, "the generation did not change with a commit");
}

void check_and_compact(Bench& bench) {
  const Store store(bench);
  for (int i = 0; i < 50; ++i) {
    store.put("key" + std::to_string(i % 10), std::string(1000, 'x') + std::to_string(i));
  }
  const std::string before = store.read().scan("", "");
  if (store.ops().check != nullptr) {
    must("check", store.ops().check, store.self(), kPatience);
  }
  must("compact", store.ops().compact, store.self(), kPatience);
  require(store.read().scan("", "") == before, "compact changed what is kept");
}

}  // namespace

// Runs in a process of its own, which does not come back.
void state_commit_and_die(Bench& bench) {
  const Store store(bench);
  store.put("committed", "relaxed", GANTRY_COMMIT_RELAXED);
  store.put("committed durably", "durable", GANTRY_COMMIT_DURABLE);
  const Txn txn = store.write();
  txn.put("not committed", "lost");
  die();
}

const Suite& state_suite() {
  static const Suite suite{
      {"a missing key is NOT_FOUND", missing_key},
      {"what was committed is seen by all", committed_is_seen},
      {"commits survive closing and opening", survives_reopening},
      {"a transaction reads its own writes", reads_its_own_writes},
      {"abort leaves nothing behind", abort_leaves_nothing},
      {"scan goes in byte order over [first, last)", scans_in_byte_order},
      {"keys and values are any bytes", keeps_any_bytes},
      {"del removes, and a missing key is no error", deletes},
      {"a read transaction refuses to write", readers_cannot_write},
      {"readers share the store", readers_share},
      {"a reader sees one moment", readers_see_one_moment},
      {"writers exclude each other until a timeout", writers_exclude_each_other},
      {"no increment is lost under contention", counts_under_contention},
      {"commits survive the death of the process", survives_death},
      {"the generation changes with each commit", generation_follows_writes},
      {"check passes and compact keeps everything", check_and_compact}};
  return suite;
}

}  // namespace gantry::conformance
