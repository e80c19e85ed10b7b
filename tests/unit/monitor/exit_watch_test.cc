// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/exit_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

#include <csignal>
#include <thread>

#include "core/monitor/exit_file.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::monitor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ExitWatchTest : public ::testing::Test {
 protected:
  ~ExitWatchTest() override { remove_tree(folder_); }
  ports::ExitSource source(const std::string& id, int monitor_pid = 0) const {
    return {id, folder_, folder_, monitor_pid};
  }
  // Looks like a conmon of this container from the outside; runs the script when told to.
  Child monitor_of(const std::string& id, const std::string& script = ":") {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe");
    }
    const UniqueFd reader(ends[0]);
    go_.reset(ends[1]);
    SpawnOptions options;
    options.fds = {{0, reader.get()}};
    return spawn({"sh", "-c", "read x; " + script, "-c", id, "end"}, options);
  }
  void let_go() { go_.reset(); }
  UniqueFd go_;
  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-exit-test-XXXXXX");
};

TEST_F(ExitWatchTest, ReadsTheFile) {
  EXPECT_FALSE(read_exit(source("a")));
  write_file(folder_ / "a", "137");
  ASSERT_TRUE(read_exit(source("a")));
  EXPECT_EQ(read_exit(source("a"))->exit_code, 137);
  EXPECT_FALSE(read_exit(source("a"))->oom_killed);
  write_file(folder_ / "oom", "");
  EXPECT_TRUE(read_exit(source("a"))->oom_killed);
  clear_exit(source("a"));
  clear_exit(source("a"));
  EXPECT_FALSE(read_exit(source("a")));
  write_file(folder_ / "a", "x");
  EXPECT_THROW((void)read_exit(source("a")), Error);
}

TEST_F(ExitWatchTest, AnswersEachOnce) {
  write_file(folder_ / "b", "2");
  ExitWatch watch({source("a"), source("b")});
  EXPECT_EQ(watch.next(std::nullopt)->index, 1U);
  EXPECT_FALSE(watch.next(milliseconds(0)));
  write_file(folder_ / "a", "1");
  EXPECT_EQ(watch.next(std::nullopt)->index, 0U);
  EXPECT_FALSE(watch.next(std::nullopt));
}

TEST_F(ExitWatchTest, WakesForAFile) {
  ExitWatch watch({source("a")});
  const std::jthread writer([&] { write_file(folder_ / "a", "3"); });
  EXPECT_EQ(watch.next(seconds(30))->record->exit_code, 3);
}

TEST_F(ExitWatchTest, KeepsItsTime) {
  ExitWatch watch({source("a")});
  EXPECT_FALSE(watch.next(milliseconds(20)));
}

TEST_F(ExitWatchTest, NoticesADeadMonitor) {
  Child monitor = monitor_of("a");
  EXPECT_TRUE(monitor_is_alive(monitor.pid(), "a"));
  EXPECT_FALSE(monitor_is_alive(monitor.pid(), "b"));
  ExitWatch watch({source("a", monitor.pid())});
  EXPECT_FALSE(watch.next(milliseconds(0)));
  ASSERT_EQ(::kill(monitor.pid(), SIGKILL), 0);
  const auto ended = watch.next(seconds(30));
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->record);
  EXPECT_FALSE(monitor_is_alive(monitor.release(), "a"));
}

TEST_F(ExitWatchTest, TakesTheFileOverTheDeath) {
  const std::string write = "echo 5 > " + (folder_ / "a.tmp").string() + " && mv " +
                            (folder_ / "a.tmp").string() + " " + (folder_ / "a").string();
  Child monitor = monitor_of("a", write);
  ExitWatch watch({source("a", monitor.pid())});
  let_go();
  const auto ended = watch.next(seconds(30));
  ASSERT_TRUE(ended && ended->record);
  EXPECT_EQ(ended->record->exit_code, 5);
}

TEST_F(ExitWatchTest, DoesNotTrustAUsedPid) {
  ExitWatch watch({source("a", ::getpid())});
  const auto ended = watch.next(seconds(30));
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->record);
}

}  // namespace
}  // namespace gantry::monitor
