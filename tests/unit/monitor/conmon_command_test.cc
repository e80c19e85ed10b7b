// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/conmon_command.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace gantry::monitor {
namespace {

using ::testing::Contains;
using ::testing::Not;

const Programs kPrograms{.conmon = "conmon", .hide = "/bin/true"};

ports::LaunchRequest launch_request() {
  ports::LaunchRequest request;
  request.id = "abc";
  request.name = "one";
  request.bundle = "/run/b";
  request.exit_dir = "/run/exits";
  request.plan.args = {"/bin/sh", "--root", "/r"};
  request.log.path = "/run/log";
  return request;
}

std::string after(const std::vector<std::string>& argv, const std::string& word) {
  const auto found = std::find(argv.begin(), argv.end(), word);
  return found == argv.end() || found + 1 == argv.end() ? "" : *(found + 1);
}

TEST(ConmonCommandTest, RunsTheRuntimeItself) {
  const auto argv = launch_argv(kPrograms, launch_request());
  EXPECT_EQ(after(argv, "-r"), "/bin/sh");
  EXPECT_EQ(after(argv, "--runtime-arg=--root"), "--runtime-arg=/r");
  EXPECT_EQ(after(argv, "-p"), "/run/b/pidfile");
  EXPECT_EQ(after(argv, "-l"), "k8s-file:/run/log");
  EXPECT_THAT(argv, Not(Contains("-t")));
  EXPECT_THAT(argv, Not(Contains("-i")));
}

TEST(ConmonCommandTest, HidesMountsFromTheRuntime) {
  ports::LaunchRequest request = launch_request();
  request.plan.hide = {"/a", "/b"};
  const auto argv = launch_argv(kPrograms, request);
  EXPECT_EQ(after(argv, "-r"), "/bin/true");
  EXPECT_EQ(after(argv, "--runtime-arg=/a"), "--runtime-arg=/b");
  EXPECT_EQ(after(argv, "--runtime-arg=/b"), "--runtime-arg=--");
  EXPECT_EQ(after(argv, "--runtime-arg=--"), "--runtime-arg=/bin/sh");
  EXPECT_EQ(after(argv, "--runtime-arg=/bin/sh"), "--runtime-arg=--root");
}

TEST(ConmonCommandTest, TakesLogOptions) {
  ports::LaunchRequest request = launch_request();
  request.log.driver = "json-file";
  request.log.max_size = 1000;
  EXPECT_EQ(after(launch_argv(kPrograms, request), "-l"), "k8s-file:/run/log");
  EXPECT_EQ(after(launch_argv(kPrograms, request), "--log-size-max"), "1000");
  request.log.driver = "none";
  EXPECT_EQ(after(launch_argv(kPrograms, request), "-l"), "none");
  request.log.driver = "syslog";
  EXPECT_THROW((void)launch_argv(kPrograms, request), Error);
  request.log.driver = "k8s-file";
  request.log.path = "/a:b";
  EXPECT_THROW((void)launch_argv(kPrograms, request), Error);
}

TEST(ConmonCommandTest, GivesATerminalOrAPipe) {
  ports::LaunchRequest request = launch_request();
  request.stdin_open = true;
  EXPECT_THAT(launch_argv(kPrograms, request), Contains("-i"));
  request.terminal = true;
  EXPECT_THAT(launch_argv(kPrograms, request), Contains("-t"));
  EXPECT_THAT(launch_argv(kPrograms, request), Not(Contains("-i")));
}

TEST(ConmonCommandTest, NamesAMissingProgram) {
  ports::LaunchRequest request = launch_request();
  request.plan.args = {"no-such-runtime"};
  EXPECT_THROW((void)launch_argv(kPrograms, request), Error);
  request.plan.args = {};
  EXPECT_THROW((void)launch_argv(kPrograms, request), Error);
}

TEST(ConmonCommandTest, RunsAnExitCommandAndKeepsDescriptors) {
  ports::LaunchRequest request = launch_request();
  request.exit_command = {"/bin/x", "--y"};
  request.exit_delay_s = 5;
  request.preserve_fds = 2;
  const auto argv = launch_argv(kPrograms, request);
  EXPECT_THAT(argv, Contains("--exit-command=/bin/x"));
  EXPECT_THAT(argv, Contains("--exit-command-arg=--y"));
  EXPECT_EQ(after(argv, "--exit-delay"), "5");
  EXPECT_EQ(after(argv, "--runtime-opt=--preserve-fds"), "--runtime-opt=2");
}

}  // namespace
}  // namespace gantry::monitor
