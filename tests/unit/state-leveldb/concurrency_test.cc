// SPDX-License-Identifier: Apache-2.0
//
// Many processes on one store: nothing is lost, everybody gets a turn.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>

#include "tests/unit/state-leveldb/processes.h"
#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

TEST(Concurrency, SixteenProcessesLoseNoUpdate) {
  constexpr int kProcesses = 16;
  constexpr int kRounds = 60;
  const TempDir dir;
  const StateInstance store(dir.path);
  for (std::uint64_t i = 0; i < kAccounts; ++i) {
    store.put(account(i), std::to_string(kOpening));
  }
  std::vector<Worker> workers;
  for (int i = 0; i < kProcesses; ++i) {
    workers.push_back(
        start_worker("count", dir.path, {std::to_string(kRounds), std::to_string(i)}));
  }
  for (Worker& worker : workers) {
    EXPECT_EQ(worker.child.wait_for(kHangGuard), 0);
  }
  EXPECT_EQ(store.get("counter"), std::to_string(kProcesses * kRounds));
  std::uint64_t sum = 0;
  const auto txn = store.state->begin(false, 0);
  for (const auto& [key, value] : scan_all(*txn, "account/", "account0")) {
    sum += std::stoull(value);
  }
  EXPECT_EQ(sum, kAccounts * kOpening);
}

TEST(Concurrency, WriterAmongSixReadersGetsItsTurn) {
  const TempDir dir;
  const StateInstance store(dir.path);
  for (std::uint64_t i = 0; i < 200; ++i) {
    store.put(row_key("", i), row_value(i));
  }
  std::vector<Worker> readers;
  for (int i = 0; i < 6; ++i) {
    readers.push_back(start_worker("read", dir.path));
  }
  for (const Worker& reader : readers) {
    ASSERT_EQ(reader.next(), "r");
  }
  // A turn is a few milliseconds; without the gate it was many seconds.
  const auto start = steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    store.put("turn", std::to_string(i));
  }
  EXPECT_LT(steady_clock::now() - start, kHangGuard);
  for (Worker& reader : readers) {
    reader.in.reset();
    EXPECT_EQ(reader.child.wait_for(kHangGuard), 0);
  }
}

TEST(Concurrency, WaitersWakeWhenTheHolderEnds) {
  const TempDir dir;
  const StateInstance store(dir.path);
  for (const bool killed : {false, true}) {
    for (const char* mode : {"shared", "exclusive"}) {
      Worker holder = start_worker("hold", dir.path, {mode});
      ASSERT_EQ(holder.next(), "h");
      EXPECT_THROW((void)store.state->begin(true, 20), Error);
      if (killed) {
        (void)::kill(holder.child.pid(), SIGKILL);
      } else {
        holder.in.reset();
      }
      const auto txn = store.state->begin(true, kPatienceMs);
      txn->put("after", mode);
      txn->commit(false);
      EXPECT_EQ(holder.child.wait(), killed ? 128 + SIGKILL : 0);
    }
  }
}

TEST(Concurrency, TimeoutNamesTheOtherProcess) {
  const TempDir dir;
  const StateInstance store(dir.path);
  for (const char* mode : {"shared", "exclusive"}) {
    Worker holder = start_worker("hold", dir.path, {mode});
    ASSERT_EQ(holder.next(), "h");
    try {
      (void)store.state->begin(true, 20);
      FAIL() << "begun beside a " << mode << " holder";
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kTimeout);
      EXPECT_THAT(e.what(), HasSubstr("process " + std::to_string(holder.child.pid()) +
                                      " (state_worker)"));
    }
  }
}

}  // namespace
}  // namespace gantry::state_leveldb
