// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/user_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sdk/support/files.h"

namespace gantry::lifecycle {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPasswd = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh";
constexpr const char* kGroup = "root:x:0:\n";

class UserFiles : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "etc");
    fs::create_directories(made_);
    write_file(root_ / "etc/passwd", kPasswd);
    write_file(root_ / "etc/group", kGroup);
  }
  void TearDown() override { fs::remove_all(top_); }

  std::map<std::string, std::string> write(const std::string& user) {
    config_.process.user = user;
    const UniqueFd root = open_file(root_, O_PATH | O_DIRECTORY);
    return write_user_files(root.get(), config_, spec::resolve_user(root.get(), user), mounts_,
                            made_);
  }

  fs::path top_ = make_temp_directory(fs::temp_directory_path() / "gantry-users-XXXXXX");
  fs::path root_ = top_ / "root";
  fs::path made_ = top_ / "made";
  model::ContainerConfig config_;
  std::vector<spec::ResolvedMount> mounts_;
};

TEST_F(UserFiles, ANumberWithoutAnEntryGetsOne) {
  const auto files = write("5000");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(read_file(files.at("/etc/passwd")),
            std::string(kPasswd) + "\n5000:*:5000:0:container user:/:/bin/sh\n");
  EXPECT_EQ(read_file(root_ / "etc/passwd"), kPasswd);
  EXPECT_TRUE(write("1000").empty());
  EXPECT_FALSE(gantry::exists(made_ / "passwd")) << "left from an earlier start";
}

TEST_F(UserFiles, AGroupOfItsOwnGetsOneToo) {
  config_.process.workdir = "/work";
  auto files = write("5000:6000");
  EXPECT_EQ(read_file(files.at("/etc/passwd")),
            std::string(kPasswd) + "\n5000:*:5000:6000:container user:/work:/bin/sh\n");
  EXPECT_EQ(read_file(files.at("/etc/group")), std::string(kGroup) + "6000:x:6000:5000\n");
  files = write("alice:6000");
  EXPECT_EQ(read_file(files.at("/etc/group")), std::string(kGroup) + "6000:x:6000:alice\n");
  EXPECT_EQ(files.count("/etc/passwd"), 0U);
}

TEST_F(UserFiles, KnownOnesNeedNone) {
  for (const char* user : {"", "0", "alice", "1000:0", "alice:root"}) {
    EXPECT_TRUE(write(user).empty()) << user;
  }
}

TEST_F(UserFiles, AWorkdirCannotForgeAnEntry) {
  config_.process.workdir = "/x\nevil::0:0::/:/bin/sh";
  EXPECT_TRUE(read_file(write("5000").at("/etc/passwd"))
                  .ends_with("5000:*:5000:0:container user:/:/bin/sh\n"));
}

TEST_F(UserFiles, NothingIsPutOverAMount) {
  for (const char* place : {"/etc/passwd", "/etc", "/etc/", "/"}) {
    mounts_ = {{.destination = place}};
    EXPECT_TRUE(write("5000").empty()) << place;
  }
  mounts_ = {{.destination = "/etc/pass"}, {.destination = "/etc/passwd.d"}};
  EXPECT_EQ(write("5000").size(), 1U);
}

TEST_F(UserFiles, NothingIsPutWhereTheImageHasNoFile) {
  fs::rename(root_ / "etc/passwd", root_ / "real");
  EXPECT_TRUE(write("5000").empty());
  fs::create_symlink("/real", root_ / "etc/passwd");
  EXPECT_TRUE(write("5000").empty());
  fs::remove(root_ / "etc/passwd");
  fs::create_directory(root_ / "etc/passwd");
  EXPECT_TRUE(write("5000").empty());
  fs::remove_all(root_ / "etc");
  EXPECT_TRUE(write("5000").empty());
  fs::create_directory(root_ / "other");
  write_file(root_ / "other/passwd", kPasswd);
  fs::create_symlink("other", root_ / "etc");
  EXPECT_TRUE(write("5000").empty());
}

}  // namespace
}  // namespace gantry::lifecycle
