// SPDX-License-Identifier: Apache-2.0
//
// Writers are killed at random moments; what they acknowledged must be there afterwards,
// whole, and the store must take new writes.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <random>

#include "tests/unit/state-leveldb/processes.h"
#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// The last number that the worker acknowledged, or before if it got to none.
std::uint64_t last_acknowledged(const Worker& worker, std::uint64_t before) {
  std::string all;
  for (;;) {
    const std::string more = worker.next();
    if (more.empty()) {
      break;
    }
    all += more;
  }
  if (all.size() >= sizeof(before)) {
    std::memcpy(&before, all.data() + all.size() / 8 * 8 - 8, sizeof(before));
  }
  return before;
}

// Rows from..to are there with their values, and nothing beyond them.
void expect_rows(plugin::Transaction& txn, const std::string& prefix, std::uint64_t from,
                 std::uint64_t to) {
  std::uint64_t n = from;
  txn.scan(row_key(prefix, from), prefix + "row0",
           [&](std::string_view key, std::string_view value) {
             EXPECT_EQ(key, row_key(prefix, n));
             EXPECT_EQ(value, row_value(n)) << key;
             return key == row_key(prefix, n++);
           });
  EXPECT_EQ(n, to + 1) << prefix;
}

// What is stored for this prefix must be everything acknowledged, and at most one more: a
// commit that was done when its acknowledgement was cut off.
std::uint64_t checked_last(plugin::Transaction& txn, const std::string& prefix,
                           std::uint64_t acknowledged) {
  std::string text = "0";
  (void)txn.get(prefix + "last", text);
  const std::uint64_t last = std::stoull(text);
  EXPECT_GE(last, acknowledged) << prefix;
  EXPECT_LE(last, acknowledged + 1) << prefix;
  return last;
}

void nap(std::mt19937& random, int most_us) {
  const timespec span{0, 1000L * std::uniform_int_distribution<>(0, most_us)(random)};
  (void)::ppoll(nullptr, 0, &span, nullptr);
}

TEST(Kill, AcknowledgedWritesSurviveTheDeathOfTheWriter) {
  const TempDir dir;
  const StateInstance store(dir.path);
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  const auto end = steady_clock::now() + seconds(14);
  std::uint64_t last = 0;
  int rounds = 0;
  for (; rounds < 500 && steady_clock::now() < end && !HasFailure(); ++rounds) {
    Worker worker = start_worker("write", dir.path, {"w/", std::to_string(last + 1)});
    if (rounds % 4 == 0) {
      EXPECT_TRUE(worker.has_written());  // else a slow machine might never come to a commit
    }
    nap(random, 25'000);
    (void)::kill(worker.child.pid(), SIGKILL);
    EXPECT_EQ(worker.child.wait(), 128 + SIGKILL);
    const std::uint64_t acknowledged = last_acknowledged(worker, last);
    const std::uint64_t from = last > 20 ? last - 20 : 1;
    {
      const auto txn =
          store.state->begin(false, kPatienceMs);  // a snapshot of an unclean store
      last = checked_last(*txn, "w/", acknowledged);
      expect_rows(*txn, "w/", from, last);
    }
    if (random() % 4 == 0) {
      store.put("parent", std::to_string(rounds), random() % 2 == 0);
    }
  }
  const auto txn = store.state->begin(false, kPatienceMs);
  expect_rows(*txn, "w/", 1, last);
  RecordProperty("rounds", rounds);
  std::printf("%d rounds, %llu commits\n", rounds, static_cast<unsigned long long>(last));
  EXPECT_GT(last, 0U);
}

TEST(Kill, NeitherDoTheOthersLoseAnything) {
  constexpr std::size_t kWriters = 4;
  const TempDir dir;
  const StateInstance store(dir.path);
  std::mt19937 random(static_cast<unsigned>(::getpid()) + 1);
  std::vector<Worker> workers(kWriters);
  std::vector<std::uint64_t> last(kWriters, 0);
  const auto prefix = [](std::size_t i) { return "w" + std::to_string(i) + "/"; };
  const auto start = [&](std::size_t i) {
    workers[i] = start_worker("write", dir.path, {prefix(i), std::to_string(last[i] + 1)});
  };
  const auto end_one = [&](std::size_t i) {
    (void)::kill(workers[i].child.pid(), SIGKILL);
    EXPECT_EQ(workers[i].child.wait(), 128 + SIGKILL);
    const std::uint64_t acknowledged = last_acknowledged(workers[i], last[i]);
    const auto txn = store.state->begin(false, kPatienceMs);
    last[i] = checked_last(*txn, prefix(i), acknowledged);
  };
  for (std::size_t i = 0; i < kWriters; ++i) {
    start(i);
  }
  const auto end = steady_clock::now() + seconds(5);
  while (steady_clock::now() < end && !HasFailure()) {
    nap(random, 20'000);
    const std::size_t victim = random() % kWriters;
    end_one(victim);
    start(victim);
  }
  for (std::size_t i = 0; i < kWriters; ++i) {
    end_one(i);
  }
  const auto txn = store.state->begin(false, kPatienceMs);
  for (std::size_t i = 0; i < kWriters; ++i) {
    expect_rows(*txn, prefix(i), 1, last[i]);
  }
}

}  // namespace
}  // namespace gantry::state_leveldb
