// SPDX-License-Identifier: Apache-2.0
//
// Launching and ending, with the real conmon and each real runtime.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <ctime>

#include "sdk/support/files.h"
#include "tests/unit/monitor/real_bundle.h"

namespace gantry::monitor {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class ConmonLaunchTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { GANTRY_NEEDS_RUNTIME(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Runtimes, ConmonLaunchTest, ::testing::Values("crun", "runc"),
                         [](const auto& param_info) { return std::string(param_info.param); });

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

TEST_P(ConmonLaunchTest, ReportsExitCodeAndTime) {
  RealBundle bundle(GetParam());
  const ports::Started started =
      bundle.run(bundle.request({.argv = {"/bin/sh", "-c", "echo out; echo err >&2; exit 7"}}));
  EXPECT_GT(started.pid, 0);
  EXPECT_GT(started.monitor_pid, 0);
  const ports::Ended ended = bundle.wait(started.monitor_pid);
  ASSERT_TRUE(ended.record);
  EXPECT_EQ(ended.record->exit_code, 7);
  EXPECT_FALSE(ended.record->oom_killed);
  EXPECT_NEAR(static_cast<double>(ended.record->finished_ns), static_cast<double>(now_ns()),
              30e9);
  const std::string log = read_file(bundle.log_path());
  EXPECT_THAT(log, HasSubstr(" stdout F out\n"));
  EXPECT_THAT(log, HasSubstr(" stderr F err\n"));
}

TEST_P(ConmonLaunchTest, ReportsDeathBySignal) {
  RealBundle bundle(GetParam());
  const ports::Started started = bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  EXPECT_TRUE(bundle.monitor().is_alive(started.monitor_pid, bundle.id()));
  EXPECT_FALSE(bundle.monitor().is_alive(started.monitor_pid, "another"));
  EXPECT_FALSE(
      bundle.monitor().wait_any({bundle.source(started.monitor_pid)}, seconds(0)).has_value());
  bundle.kill(SIGKILL);
  const ports::Ended ended = bundle.wait(started.monitor_pid);
  ASSERT_TRUE(ended.record);
  EXPECT_EQ(ended.record->exit_code, 128 + SIGKILL);
}

TEST_P(ConmonLaunchTest, TellsWhatTheRuntimeSaid) {
  RealBundle bundle(GetParam());
  const auto launch = bundle.monitor().launch(bundle.request({.argv = {"/bin/nothing"}}));
  try {
    (void)launch->finish(seconds(30));
    FAIL() << "created a container of a program that is not there";
  } catch (const ports::RuntimeFailed& e) {
    EXPECT_THAT(e.output(), HasSubstr("/bin/nothing"));
    EXPECT_NE(e.exit_code(), 0);
  }
}

TEST_P(ConmonLaunchTest, TellsWhatConmonSaid) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request = bundle.request({.argv = {"/bin/true"}});
  request.log.path = "/nowhere/at/all";
  try {
    (void)bundle.monitor().launch(request)->finish(seconds(30));
    FAIL() << "launched with a log that cannot be opened";
  } catch (const ports::RuntimeFailed& e) {
    EXPECT_THAT(e.what(), HasSubstr("log"));
  }
}

TEST_P(ConmonLaunchTest, KillsAnUnfinishedLaunch) {
  RealBundle bundle(GetParam());
  { const auto launch = bundle.monitor().launch(bundle.request({.argv = {"/bin/true"}})); }
  bundle.remove();
  EXPECT_FALSE(gantry::exists(bundle.folder() / "exits" / bundle.id()));
}

TEST_P(ConmonLaunchTest, NoticesTheMonitorsDeath) {
  RealBundle bundle(GetParam());
  const ports::Started started = bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  bundle.monitor().dismiss(started.monitor_pid, bundle.id());
  EXPECT_FALSE(bundle.monitor().is_alive(started.monitor_pid, bundle.id()));
  const ports::Ended ended = bundle.wait(started.monitor_pid);
  EXPECT_FALSE(ended.record);
  bundle.monitor().dismiss(started.monitor_pid, bundle.id());
}

TEST_P(ConmonLaunchTest, RunsTheExitCommandAndWritesPidFiles) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request = bundle.request({.argv = {"/bin/sh", "-c", "exit 3"}});
  const std::string mark = bundle.folder() / "mark";
  request.exit_command = {*find_program("busybox"), "sh", "-c", "echo \"$0\" > " + mark,
                          "--x y"};
  request.persist_dir = bundle.folder() / "persist";
  request.pid_file = bundle.folder() / "pid";
  request.monitor_pid_file = bundle.folder() / "conmon.pid";
  const ports::Started started = bundle.run(request);
  EXPECT_EQ(read_file(request.pid_file), std::to_string(started.pid));
  EXPECT_EQ(read_file(request.monitor_pid_file), std::to_string(started.monitor_pid));
  (void)bundle.wait(started.monitor_pid);
  // The exit command ends before conmon does.
  ports::ExitSource only_monitor = bundle.source(started.monitor_pid);
  only_monitor.id = bundle.id();
  only_monitor.exit_dir = bundle.folder() / "persist";
  (void)bundle.monitor().wait_any({only_monitor}, seconds(30));
  EXPECT_EQ(read_file(mark), "--x y\n");
  EXPECT_EQ(read_file(bundle.folder() / "persist/exit"), "3");
}

TEST_P(ConmonLaunchTest, WaitsForTheFirstOfSeveral) {
  RealBundle slow(GetParam());
  RealBundle quick(GetParam());
  const auto first = slow.run(slow.request({.argv = {"/bin/sleep", "1000"}}));
  const auto second = quick.run(quick.request({.argv = {"/bin/sh", "-c", "exit 4"}}));
  const auto ended = quick.monitor().wait_any(
      {slow.source(first.monitor_pid), quick.source(second.monitor_pid)}, seconds(60));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->index, 1U);
  EXPECT_EQ(ended->record->exit_code, 4);
  slow.kill(SIGKILL);
}

}  // namespace
}  // namespace gantry::monitor
