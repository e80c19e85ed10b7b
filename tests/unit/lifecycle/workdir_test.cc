// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/workdir.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sdk/support/files.h"

namespace gantry::lifecycle {
namespace {

namespace fs = std::filesystem;

class Workdir : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "home");
    write_file(root_ / "file", "x");
    user_.uid = ::getuid();
    user_.gid = ::getgid();
  }
  void TearDown() override { fs::remove_all(root_); }

  void settle(const std::string& path, bool asked) {
    config_.process.workdir = path;
    config_.process.workdir_asked = asked;
    const UniqueFd fd = open_file(root_, O_PATH | O_DIRECTORY);
    settle_workdir(fd.get(), config_, user_);
  }
  Code refused(const std::string& path, bool asked) {
    try {
      settle(path, asked);
    } catch (const Error& error) {
      return error.code();
    }
    return Code::kInternal;
  }

  fs::path root_ = make_temp_directory(fs::temp_directory_path() / "workdir-XXXXXX");
  model::ContainerConfig config_;
  spec::ResolvedUser user_;
};

TEST_F(Workdir, TheImageIsMadeWhereItIsMissing) {
  settle("/home/alice/work/", false);
  EXPECT_TRUE(fs::is_directory(root_ / "home/alice/work"));
  settle("/home/alice/work", false);
}

TEST_F(Workdir, OneThatWasAskedForMustBeThere) {
  settle("/home", true);
  EXPECT_EQ(refused("/home/alice", true), Code::kNotFound);
  EXPECT_FALSE(fs::exists(root_ / "home/alice"));
}

TEST_F(Workdir, AFileIsRefused) {
  EXPECT_EQ(refused("/file", true), Code::kInvalid);
  EXPECT_EQ(refused("/file", false), Code::kInvalid);
}

TEST_F(Workdir, BelowAMountNothingIsSaid) {
  model::Mount mount;
  mount.destination = "/data";
  config_.mounts.push_back(mount);
  settle("/data/deep", true);
  EXPECT_FALSE(fs::exists(root_ / "data"));
  EXPECT_EQ(refused("/database", true), Code::kNotFound);
}

TEST_F(Workdir, LinksDoNotLeadOutOfTheRoot) {
  const fs::path outside = make_temp_directory(fs::temp_directory_path() / "outside-XXXXXX");
  fs::create_directory_symlink(outside, root_ / "out");
  fs::create_directory_symlink("/home", root_ / "in");
  settle("/in/made", false);
  EXPECT_TRUE(fs::is_directory(root_ / "home/made"));
  EXPECT_NE(refused("/out/made", false), Code::kInternal);
  EXPECT_TRUE(fs::is_empty(outside));
  fs::remove_all(outside);
}

}  // namespace
}  // namespace gantry::lifecycle
