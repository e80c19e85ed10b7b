// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/host_services.h"

#include <gantry/plugin/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class HostServicesTest : public ::testing::Test {
 protected:
  HostServicesTest() : services_(options()), host_(services_.table()) {}
  ~HostServicesTest() override { remove_tree(root_); }

  HostServices::Options options() {
    HostServices::Options options{root_ / "deep/data", root_ / "run", {}, {}, {}};
    options.log = [this](int level, std::string_view message) {
      lines_.push_back(std::to_string(level) + " " + std::string(message));
    };
    options.cancelled = [this] { return cancelled_; };
    options.deadline_ns = [this] { return deadline_ns_; };
    return options;
  }

  static Code code_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& e) {
      return e.code();
    }
    return Code{};
  }

  fs::path root_ = make_temp_directory(fs::temp_directory_path() / "gantry-test-XXXXXX");
  std::vector<std::string> lines_;
  bool cancelled_ = false;
  std::int64_t deadline_ns_ = INT64_MAX;
  HostServices services_;
  plugin::Host host_;
};

TEST_F(HostServicesTest, FoldersExist) {
  EXPECT_TRUE(fs::is_directory(host_.data_dir()));
  EXPECT_TRUE(fs::is_directory(host_.run_dir()));
}

TEST_F(HostServicesTest, LogsWithKnownLevels) {
  host_.debug("one");
  host_.log(99, "two");
  EXPECT_THAT(lines_, ElementsAre("0 one", "3 two"));
}

TEST_F(HostServicesTest, SpawnCapturesBothOutputsAndTheExitCode) {
  plugin::SpawnRequest request;
  request.argv = {"sh", "-c", "cat; echo $NAME >&2; exit 7"};
  request.env = {"NAME=value", "PATH=/usr/bin:/bin"};
  request.stdin_data = "input";
  const plugin::SpawnResult result = host_.spawn(request);
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.out, "input");
  EXPECT_EQ(result.err, "value\n");
}

TEST_F(HostServicesTest, SpawnTellsWhyItCouldNot) {
  plugin::SpawnRequest request;
  EXPECT_EQ(code_of([&] { (void)host_.spawn(request); }), Code::kInvalid);
  request.argv = {"no-such-program-anywhere"};
  EXPECT_EQ(code_of([&] { (void)host_.spawn(request); }), Code::kNotFound);
  request.argv = {"sleep", "60"};
  request.timeout_ms = 20;
  EXPECT_EQ(code_of([&] { (void)host_.spawn(request); }), Code::kTimeout);
}

TEST_F(HostServicesTest, SpawnEndsWithTheHostsDeadlineOrCancellation) {
  plugin::SpawnRequest request;
  request.argv = {"sleep", "60"};
  deadline_ns_ =
      (std::chrono::steady_clock::now() + std::chrono::milliseconds(20)).time_since_epoch() /
      std::chrono::nanoseconds(1);
  EXPECT_EQ(code_of([&] { (void)host_.spawn(request); }), Code::kTimeout);
  deadline_ns_ = INT64_MAX;
  cancelled_ = true;
  EXPECT_TRUE(host_.cancelled());
  EXPECT_EQ(code_of([&] { (void)host_.spawn(request); }), Code::kCancelled);
}

// The user reads it: a sentence about a program alone would blame the program.
TEST_F(HostServicesTest, ACancelledProgramIsSaidToHaveBeenInterrupted) {
  plugin::SpawnRequest request;
  request.argv = {"sleep", "60"};
  cancelled_ = true;
  try {
    (void)host_.spawn(request);
    FAIL() << "it ran to its end";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "interrupted while running sleep");
  }
}

TEST_F(HostServicesTest, ReadsTheShorterCommandOfAnOlderPlugin) {
  const std::string word = "true";
  const gantry_str argv[] = {boundary::to_abi(word)};
  gantry_command command{};
  command.struct_size = offsetof(gantry_command, stdin_data);
  command.argv = argv;
  command.argc = 1;
  command.timeout_ms = -1;  // behind struct_size: must not be looked at
  command.hide_count = 1U << 30;
  std::int32_t exit_code = 99;
  EXPECT_EQ(services_.table()->spawn(services_.table()->ctx, &command, nullptr, nullptr,
                                     &exit_code, nullptr),
            GANTRY_OK);
  EXPECT_EQ(exit_code, 0);
}

}  // namespace
}  // namespace gantry
