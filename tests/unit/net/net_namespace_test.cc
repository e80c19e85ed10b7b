// SPDX-License-Identifier: Apache-2.0
#include "core/net/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "sdk/support/files.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

class NetNamespace : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      const char* require = std::getenv("GANTRY_TEST_REQUIRE");
      if (require != nullptr && std::string(require) == "all") {
        FAIL() << "needs root";
      }
      GTEST_SKIP() << "needs root";
    }
    root_ = make_temp_directory("/tmp/net-namespace-test-XXXXXX");
    path_ = root_ / "netns" / "one";
  }
  void TearDown() override {
    if (!root_.empty()) {
      remove_namespace(path_);
      remove_tree(root_);
    }
  }
  static ino_t inode(const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
  }
  std::filesystem::path root_;
  std::filesystem::path path_;
};

TEST_F(NetNamespace, IsPinnedWithItsLoopbackUpAndLeavesTheCallerAlone) {
  const ino_t before = inode("/proc/thread-self/ns/net");
  create_namespace(path_);
  EXPECT_TRUE(is_namespace_pinned(path_));
  EXPECT_EQ(inode("/proc/thread-self/ns/net"), before);
  EXPECT_NE(inode(path_), before);
  std::string flags;
  std::thread([&] {
    const UniqueFd ns = open_file(path_, O_RDONLY);
    ASSERT_EQ(::setns(ns.get(), CLONE_NEWNET), 0);
    flags = read_file("/proc/thread-self/net/dev");
    EXPECT_THAT(read_file("/proc/thread-self/net/fib_trie"), ::testing::HasSubstr("127.0.0.1"));
  }).join();
  EXPECT_THAT(flags, ::testing::HasSubstr("lo:"));
  EXPECT_THAT(flags, ::testing::Not(::testing::HasSubstr("eth0")));
}

TEST_F(NetNamespace, RemoveTwiceIsDone) {
  create_namespace(path_);
  remove_namespace(path_);
  remove_namespace(path_);
  EXPECT_FALSE(gantry::exists(path_));
}

TEST_F(NetNamespace, AFileWithoutAMountIsUsedAgainAndRemoved) {
  make_directories(path_.parent_path());
  write_file(path_, "");
  EXPECT_FALSE(is_namespace_pinned(path_));
  create_namespace(path_);
  EXPECT_TRUE(is_namespace_pinned(path_));
  expect_error(Code::kExists, "exists already", [&] { create_namespace(path_); });
  EXPECT_TRUE(is_namespace_pinned(path_));
}

TEST_F(NetNamespace, PinsOneThatExists) {
  pin_namespace("/proc/self/ns/net", path_);
  EXPECT_EQ(inode(path_), inode("/proc/self/ns/net"));
}

TEST_F(NetNamespace, FailureLeavesNothing) {
  expect_error(Code::kNotFound, path_.string(),
               [&] { pin_namespace("/proc/self/ns/nothing", path_); });
  EXPECT_FALSE(gantry::exists(path_));
}

}  // namespace
}  // namespace gantry::net
