// SPDX-License-Identifier: Apache-2.0
//
// What a real conmon writes, and what its death leaves.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <csignal>
#include <functional>
#include <thread>

#include "core/monitor/log_reader.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"
#include "tests/unit/monitor/real_bundle.h"

namespace gantry::monitor {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

class ConmonLogTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { GANTRY_NEEDS_RUNTIME(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Runtimes, ConmonLogTest, ::testing::Values("crun", "runc"),
                         [](const auto& param_info) { return std::string(param_info.param); });

std::vector<std::string> texts(const LogSource& source, const LogOptions& options = {},
                               const std::function<void(std::size_t)>& counted = {}) {
  std::vector<std::string> result;
  read_logs({source}, options, [&](std::size_t, const LogRecord& record) {
    EXPECT_GT(record.time_ns, 0);
    result.push_back((record.from_stderr ? "!" : "") + record.text +
                     (record.partial ? "…" : ""));
    if (counted) {
      counted(result.size());
    }
    return true;
  });
  return result;
}

TEST_P(ConmonLogTest, ReadsPartialLines) {
  RealBundle bundle(GetParam());
  const auto started = bundle.run(bundle.request(
      {.argv = {"/bin/sh", "-c", "printf on; sleep 0.1; echo e; echo two; printf three"}}));
  (void)bundle.wait(started.monitor_pid);
  EXPECT_THAT(texts({bundle.log_path()}), ElementsAre("one", "two", "three…"));
  EXPECT_THAT(texts({bundle.log_path()}, {.tail = 2}), ElementsAre("two", "three…"));
}

TEST_P(ConmonLogTest, FollowsAcrossTheSizeLimit) {
  RealBundle bundle(GetParam());
  // A reader slower than two limits loses what conmon dropped: each twenty lines it is waited
  // for.
  ports::LaunchRequest request =
      bundle.request({.argv = {"/bin/sh", "-c",
                               "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); "
                               "[ $((i % 20)) != 0 ] || until [ -e /seen$i ]; do sleep 0.01; "
                               "done; done"}});
  request.log.max_size = 4000;
  const auto started = bundle.run(request);
  const std::vector<std::string> lines =
      texts({bundle.log_path(), bundle.source(started.monitor_pid)}, {.follow = true},
            [&](std::size_t count) {
              write_file(bundle.bundle() + "/rootfs/seen" + std::to_string(count), "");
            });
  ASSERT_EQ(lines.size(), 300U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i], "line " + std::to_string(i));
  }
  EXPECT_LT(std::filesystem::file_size(bundle.log_path()), 8000U);
}

TEST_P(ConmonLogTest, WritesNoLogWhenNoneIsWanted) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request = bundle.request({.argv = {"/bin/echo", "x"}});
  request.log = {.driver = "none", .path = "", .max_size = -1, .tag = ""};
  EXPECT_EQ(bundle.wait(bundle.run(request).monitor_pid).record->exit_code, 0);
  EXPECT_FALSE(gantry::exists(bundle.log_path()));
}

TEST_P(ConmonLogTest, MarksTheOutOfMemory) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request =
      bundle.request({.argv = {"/bin/tail", "/dev/zero"}, .memory_limit = 16 << 20});
  const ports::Ended ended = bundle.wait(bundle.run(request).monitor_pid);
  ASSERT_TRUE(ended.record);
  EXPECT_EQ(ended.record->exit_code, 128 + SIGKILL);
  EXPECT_TRUE(ended.record->oom_killed);
  bundle.monitor().clear_exit(bundle.source(0));
  EXPECT_FALSE(bundle.monitor().read_exit(bundle.source(0)));
}

TEST_P(ConmonLogTest, HandsOutOwnStdioAndDescriptors) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request =
      bundle.request({.argv = {"/bin/sh", "-c", "cat <&3; echo said"}});
  request.log.driver = "passthrough";
  request.preserve_fds = 1;
  // Stdio of this process for as long as the launch takes.
  const std::string out_path = bundle.folder() / "out";
  write_file(bundle.folder() / "three", "third\n");
  const UniqueFd saved(::fcntl(1, F_DUPFD_CLOEXEC, 10));
  const UniqueFd saved_three(::fcntl(3, F_DUPFD_CLOEXEC, 10));
  {
    const UniqueFd out = open_file(out_path, O_WRONLY | O_CREAT, 0600);
    const UniqueFd three = open_file(bundle.folder() / "three", O_RDONLY);
    ASSERT_EQ(::dup2(out.get(), 1), 1);
    if (three.get() != 3) {
      ASSERT_EQ(::dup2(three.get(), 3), 3);
    }
    ports::Started started;
    EXPECT_NO_THROW(started = bundle.run(request));
    ASSERT_EQ(::dup2(saved.get(), 1), 1);
    (void)bundle.wait(started.monitor_pid);
  }
  if (saved_three) {
    (void)::dup2(saved_three.get(), 3);
  } else {
    (void)::close(3);
  }
  EXPECT_EQ(read_file(out_path), "third\nsaid\n");
}

TEST_P(ConmonLogTest, TellsOfAnExecsLostMonitor) {
  RealBundle bundle(GetParam());
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  const auto exec = bundle.monitor().exec(bundle.exec_request({"/bin/sleep", "1000"}));
  const ports::Started started = exec->start(seconds(30));
  bundle.monitor().dismiss(started.monitor_pid, bundle.id());
  try {
    (void)exec->wait();
    FAIL() << "an exit code out of nothing";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kIo);
  }
}

// A monitor that lives long must not keep what its starter happened to hold: a script that
// waits for the end of a pipe would wait for the container.
TEST_P(ConmonLogTest, KeepsNoForeignDescriptor) {
  RealBundle bundle(GetParam());
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);  // not close-on-exec, as a shell passes it
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  writer.reset();
  char byte = 0;
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
}

}  // namespace
}  // namespace gantry::monitor
