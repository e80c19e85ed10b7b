// SPDX-License-Identifier: Apache-2.0
#include "core/locks/lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "sdk/support/files.h"

namespace gantry::locks {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LockTest : public ::testing::Test {
 protected:
  ~LockTest() override { remove_tree(folder_); }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return folder_ / "container" / name;
  }
  [[nodiscard]] bool can_have(const std::string& name) const {
    return table_.try_acquire(Kind::kContainer, name).has_value();
  }

  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-lock-test-XXXXXX");
  LockTable table_{folder_, "verb"};
};

TEST_F(LockTest, OneAtATime) {
  Lock lock = table_.acquire(Kind::kContainer, "a", seconds(1));
  EXPECT_TRUE(table_.is_held(Kind::kContainer, "a"));
  EXPECT_FALSE(can_have("a"));
  EXPECT_TRUE(can_have("b"));
  lock.release();
  EXPECT_FALSE(table_.is_held(Kind::kContainer, "a"));
  EXPECT_TRUE(can_have("a"));
}

TEST_F(LockTest, WhoeverLooksIsNoHolder) {
  (void)table_.acquire(Kind::kContainer, "a", seconds(1));
  const UniqueFd looker = open_file(file("a"), O_RDONLY);
  ASSERT_EQ(::flock(looker.get(), LOCK_SH), 0);
  EXPECT_FALSE(table_.is_held(Kind::kContainer, "a"));
}

TEST_F(LockTest, SharedByManyButNotBesideOne) {
  const Lock first = table_.acquire_shared(Kind::kImages, "all", seconds(1));
  const Lock second = table_.acquire_shared(Kind::kImages, "all", seconds(1));
  EXPECT_FALSE(table_.try_acquire(Kind::kImages, "all"));
}

TEST_F(LockTest, TellsWhoHoldsItAndWhy) {
  const Lock lock = table_.acquire(Kind::kVolume, "data", seconds(1));
  const std::vector<HeldLock> held = table_.held();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].kind, Kind::kVolume);
  EXPECT_EQ(held[0].name, "data");
  EXPECT_EQ(held[0].holder.pid, ::getpid());
  EXPECT_EQ(held[0].holder.verb, "verb");
  EXPECT_GT(held[0].holder.since_ns, 0);
}

TEST_F(LockTest, PatienceEndsAndNamesTheHolder) {
  const Lock lock = table_.acquire(Kind::kContainer, "a", seconds(1));
  try {
    (void)table_.acquire(Kind::kContainer, "a", milliseconds(1));
    FAIL() << "it had it twice";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kTimeout);
    EXPECT_NE(std::string(e.what()).find("process " + std::to_string(::getpid())),
              std::string::npos)
        << e.what();
  }
}

TEST_F(LockTest, WaitEndsWhenCancelled) {
  const Lock lock = table_.acquire(Kind::kContainer, "a", seconds(1));
  const LockTable other(folder_, "other", [] { return true; });
  try {
    (void)other.acquire(Kind::kContainer, "a", seconds(60));
    FAIL() << "it had it twice";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kCancelled);
  }
}

TEST_F(LockTest, WaiterGetsTheNewFileOfOneForgotten) {
  Lock lock = table_.acquire(Kind::kContainer, "a", seconds(1));
  std::thread waiter([&] {
    Lock second = table_.acquire(Kind::kContainer, "a", seconds(60));
    EXPECT_TRUE(gantry::exists(file("a")));
    second.release_and_forget();
  });
  lock.release_and_forget();
  waiter.join();
  EXPECT_FALSE(gantry::exists(file("a")));
}

TEST_F(LockTest, ExistingIsNeitherMadeNorTakenFromAnother) {
  EXPECT_FALSE(table_.try_existing(Kind::kContainer, "a"));
  EXPECT_FALSE(gantry::exists(file("a")));
  Lock lock = table_.acquire(Kind::kContainer, "a", seconds(1));
  EXPECT_FALSE(table_.try_existing(Kind::kContainer, "a"));
  lock.release();
  EXPECT_TRUE(table_.try_existing(Kind::kContainer, "a"));
}

// What system check relies on: a file that lies there free is nobody's.
TEST_F(LockTest, IsNeverSeenFreeWhereEveryHolderForgetsIt) {
  std::atomic<bool> done = false;
  std::thread others([&] {
    for (int i = 0; i < 2000; ++i) {
      table_.acquire(Kind::kContainer, "a", seconds(60)).release_and_forget();
    }
    done = true;
  });
  int seen = 0;
  while (!done) {
    seen += table_.try_existing(Kind::kContainer, "a").has_value() ? 1 : 0;
  }
  others.join();
  EXPECT_EQ(seen, 0);
}

}  // namespace
}  // namespace gantry::locks
