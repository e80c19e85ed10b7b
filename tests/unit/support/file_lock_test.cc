// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/file_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <gantry/error.hpp>

#include "tests/unit/support/temp_folder.h"

namespace gantry {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

class FileLockTest : public TempFolder {
 protected:
  static LockWait at_most(milliseconds time) { return {steady_clock::now() + time, nullptr}; }
  const std::string path = folder / "lock";
};

TEST_F(FileLockTest, ATimeoutNamesTheHolder) {
  const FileLock held = FileLock::take(path, LockMode::kExclusive, at_most(milliseconds(0)));
  try {
    (void)FileLock::take(path, LockMode::kShared, at_most(milliseconds(5)));
    FAIL() << "two hold it";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kTimeout);
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid()) + " ("));
    EXPECT_THAT(error.what(), HasSubstr(path));
  }
}

TEST_F(FileLockTest, CancellingEndsTheWait) {
  const FileLock held = FileLock::take(path, LockMode::kExclusive, usual_wait(nullptr));
  int asked = 0;
  try {
    (void)FileLock::take(path, LockMode::kExclusive, usual_wait([&] { return ++asked == 3; }));
    FAIL() << "two hold it";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kCancelled);
    EXPECT_THAT(error.what(), HasSubstr("interrupted while waiting for the lock " + path));
  }
}

TEST_F(FileLockTest, WaitsForTheHolder) {
  FileLock held = FileLock::take(path, LockMode::kExclusive, usual_wait(nullptr));
  std::promise<void> waiting;
  auto second = std::async(std::launch::async, [&] {
    return FileLock::take(path, LockMode::kExclusive, usual_wait([&, told = false]() mutable {
                            if (!told) {
                              told = true;
                              waiting.set_value();
                            }
                            return false;
                          }));
  });
  waiting.get_future().wait();
  held.release();
  EXPECT_GE(second.get().fd(), 0);
}

TEST_F(FileLockTest, SharedOnesGoTogether) {
  const FileLock one = FileLock::take(path, LockMode::kShared, at_most(milliseconds(0)));
  const FileLock two = FileLock::take(path, LockMode::kShared, at_most(milliseconds(0)));
  EXPECT_FALSE(FileLock::open(path).try_lock(LockMode::kExclusive, path));
}

TEST_F(FileLockTest, FoldersAreLockedToo) {
  const UniqueFd held = open_file(folder, O_RDONLY | O_DIRECTORY);
  wait_for_lock(held.get(), LockMode::kExclusive, folder, at_most(milliseconds(0)));
  const UniqueFd other = open_file(folder, O_RDONLY | O_DIRECTORY);
  EXPECT_THROW(
      wait_for_lock(other.get(), LockMode::kExclusive, folder, at_most(milliseconds(5))),
      Error);
}

}  // namespace
}  // namespace gantry
