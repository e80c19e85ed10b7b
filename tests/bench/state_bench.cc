// SPDX-License-Identifier: Apache-2.0
//
// What a transaction of the state store costs, beside LevelDB used plainly: opened with its
// defaults (reuse_logs=false) for each transaction. Both take turns, so that whatever else
// the machine does strikes both alike; medians are printed, and their ratio.
//
//   state_bench [rounds] [folder]
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/state-leveldb/leveldb_state.h"
#include "sdk/support/files.h"
#include "sdk/support/host_services.h"

namespace gantry {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kRecords = 1000;

void require(const leveldb::Status& status) {
  if (!status.ok()) {
    throw Error(Code::kIo, status.ToString());
  }
}

// LevelDB as its documentation shows it.
class Plain {
 public:
  explicit Plain(std::string dir) : dir_(std::move(dir)) {}

  void put(const std::string& key, const std::string& value, bool sync) const {
    leveldb::WriteOptions options;
    options.sync = sync;
    require(open()->Put(options, key, value));
  }
  void fill(const std::function<std::string(int)>& key, const std::string& value) const {
    const std::unique_ptr<leveldb::DB> db = open();
    for (int i = 0; i < kRecords; ++i) {
      require(db->Put({}, key(i), value));
    }
  }
  void get(const std::string& key) const {
    std::string value;
    require(open()->Get({}, key, &value));
  }
  std::size_t scan() const {
    const std::unique_ptr<leveldb::DB> db = open();
    const std::unique_ptr<leveldb::Iterator> it(db->NewIterator({}));
    std::size_t bytes = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      bytes += it->value().size();
    }
    return bytes;
  }

 private:
  std::unique_ptr<leveldb::DB> open() const {
    leveldb::Options options;
    options.create_if_missing = true;
    leveldb::DB* db = nullptr;
    require(leveldb::DB::Open(options, dir_, &db));
    return std::unique_ptr<leveldb::DB>(db);
  }
  std::string dir_;
};

class Ours {
 public:
  explicit Ours(const std::filesystem::path& dir)
      : services_({dir / "data", dir / "run", nullptr, nullptr, nullptr}),
        state_(plugin::Host(services_.table()), "{}") {
    state_.open(dir / "store");
  }

  void put(const std::string& key, const std::string& value, bool durable) {
    const auto txn = state_.begin(true, 10'000);
    txn->put(key, value);
    txn->commit(durable);
  }
  void fill(const std::function<std::string(int)>& key, const std::string& value) {
    for (int i = 0; i < kRecords; i += 20) {
      const auto txn = state_.begin(true, 10'000);
      for (int j = i; j < std::min(i + 20, kRecords); ++j) {
        txn->put(key(j), value);
      }
      txn->commit(false);
    }
  }
  void get(const std::string& key) {
    std::string value;
    if (!state_.begin(false, 10'000)->get(key, value)) {
      throw Error(Code::kNotFound, key);
    }
  }
  std::size_t scan() {
    std::size_t bytes = 0;
    state_.begin(false, 10'000)->scan("", "", [&](std::string_view, std::string_view value) {
      bytes += value.size();
      return true;
    });
    return bytes;
  }
  std::uint64_t generation() { return state_.generation(); }

 private:
  HostServices services_;
  state_leveldb::LevelDbState state_;
};

double median_us(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

double time_us(const std::function<void()>& f) {
  const auto start = Clock::now();
  f();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

void compare(const char* what, int rounds, const std::function<void(int)>& ours,
             const std::function<void(int)>& plain) {
  std::vector<double> our_times;
  std::vector<double> plain_times;
  for (int i = 0; i < rounds; ++i) {
    our_times.push_back(time_us([&] { ours(i); }));
    plain_times.push_back(time_us([&] { plain(i); }));
  }
  const double a = median_us(our_times);
  const double b = median_us(plain_times);
  std::printf("%-36s %9.0f us %9.0f us   %5.1f times quicker\n", what, a, b, b / a);
}

void run(int rounds, const std::filesystem::path& dir) {
  Ours ours(dir / "ours");
  const Plain plain(dir / "plain");
  const std::string value(1000, 'v');
  const auto key = [](int i) { return "c/brief/" + std::to_string(100'000 + i); };
  std::printf("%-36s %12s %12s\n", "median", "gantry", "plain");
  compare(
      "open, put, sync, close", rounds, [&](int i) { ours.put(key(i % 50), value, true); },
      [&](int i) { plain.put(key(i % 50), value, true); });
  compare(
      "open, put, close (relaxed)", rounds, [&](int i) { ours.put(key(i % 50), value, false); },
      [&](int i) { plain.put(key(i % 50), value, false); });
  compare(
      "open, get, close", rounds, [&](int i) { ours.get(key(i % 50)); },
      [&](int i) { plain.get(key(i % 50)); });
  ours.fill(key, value);
  plain.fill(key, value);
  compare(
      "open, scan 1,000 records, close", rounds, [&](int) { (void)ours.scan(); },
      [&](int) { (void)plain.scan(); });
  compare(
      "open, get among 1,000, close", rounds, [&](int i) { ours.get(key(i % kRecords)); },
      [&](int i) { plain.get(key(i % kRecords)); });
  compare(
      "open, put among 1,000, sync, close", rounds,
      [&](int i) { ours.put(key(i % kRecords), value, true); },
      [&](int i) { plain.put(key(i % kRecords), value, true); });
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    times.push_back(time_us([&] { (void)ours.generation(); }));
  }
  std::printf("%-36s %9.2f us\n", "generation", median_us(times));
}

}  // namespace
}  // namespace gantry

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 300;
    const fs::path dir = gantry::make_temp_directory(
        (argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path()) / "state-bench-XXXXXX");
    try {
      gantry::run(rounds, dir);
    } catch (...) {
      fs::remove_all(dir);
      throw;
    }
    fs::remove_all(dir);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "state_bench: %s\n", e.what());
    return 1;
  }
}
