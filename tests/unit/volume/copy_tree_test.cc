// SPDX-License-Identifier: Apache-2.0
#include "core/volume/copy_tree.h"
#include "core/volume/change_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "sdk/support/files.h"
#include "sdk/support/folder_watch.h"
#include "tests/unit/support/deep_tree.h"

namespace gantry::volume {
namespace {

namespace fs = std::filesystem;

class CopyTree : public ::testing::Test {
 protected:
  CopyTree() : top_(make_temp_directory(fs::temp_directory_path() / "gantry-copy-XXXXXX")) {
    fs::create_directories(source_);
    fs::create_directories(target_);
  }
  ~CopyTree() override { remove_tree(top_); }
  void copy() {
    const UniqueFd source = open_file(source_, O_RDONLY | O_DIRECTORY);
    const UniqueFd target = open_file(target_, O_RDONLY | O_DIRECTORY);
    copy_tree(source.get(), target.get(), "tree");
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
  }

  fs::path top_;
  fs::path source_ = top_ / "source";
  fs::path target_ = top_ / "target";
};

TEST_F(CopyTree, KeepsModesAndTimesOfAllKinds) {
  const timespec old[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
  fs::create_directory(source_ / "folder");
  write_file(source_ / "folder/file", "text");
  fs::create_symlink("nowhere", source_ / "link");
  ASSERT_EQ(::mkfifo((source_ / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((source_ / "fifo").c_str(), 0662), 0);
  ASSERT_EQ(::chmod((source_ / "folder").c_str(), 01777), 0);
  ASSERT_EQ(::chmod((source_ / "folder/file").c_str(), 04755), 0);
  for (const char* name : {"folder/file", "folder", "link", "fifo", "."}) {
    ASSERT_EQ(::utimensat(AT_FDCWD, (source_ / name).c_str(), old, AT_SYMLINK_NOFOLLOW), 0);
  }
  copy();
  EXPECT_EQ(mode_of(target_ / "folder"), 01777U);
  EXPECT_EQ(mode_of(target_ / "folder/file"), 04755U);
  EXPECT_EQ(mode_of(target_ / "fifo"), 0662U);
  EXPECT_EQ(fs::read_symlink(target_ / "link"), "nowhere");
  for (const char* name : {"folder/file", "folder", "link", "fifo", "."}) {
    struct stat info {};
    ASSERT_EQ(::lstat((target_ / name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mtim.tv_sec, 1'000'000'000) << name;
  }
}

TEST_F(CopyTree, GoesDeeperThanThereAreDescriptors) {
  constexpr int kDepth = 1500;
  make_deep_tree(source_, kDepth);
  const FewDescriptors few(256);
  copy();
  const fs::path bottom = bottom_of(target_, kDepth);
  EXPECT_TRUE(gantry::exists(bottom));
  EXPECT_EQ(mode_of(bottom.parent_path()), 0755U);
  if (::geteuid() == 0) {
    const UniqueFd top = open_file(target_, O_PATH);
    chown_tree(top.get(), {7, 8}, "tree");
    struct stat info {};
    ASSERT_EQ(::stat(bottom.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 7U);
    EXPECT_EQ(info.st_gid, 8U);
  }
}

// Another container that has the volume swaps a new folder for a link out of it.
TEST_F(CopyTree, ALinkPutInTheWayIsNotFollowed) {
  constexpr int kFiles = 2000;  // what gives the other time before the folder gets its mode
  fs::create_directory(source_ / "folder");
  ASSERT_EQ(::chmod((source_ / "folder").c_str(), 04755), 0);
  for (int i = 0; i < kFiles; ++i) {
    write_file(source_ / "folder" / std::to_string(i), "");
  }
  write_file(top_ / "victim", "", 0600);
  FolderWatch watch;
  watch.add(target_);
  std::thread other([&] {
    if (watch.wait(std::chrono::minutes(1))) {
      std::error_code late;
      fs::rename(target_ / "folder", target_ / "aside", late);
      fs::create_symlink(top_ / "victim", target_ / "folder", late);
    }
  });
  bool refused = false;
  try {
    copy();
  } catch (const Error&) {  // the other was there before the new folder was opened
    refused = true;
  }
  other.join();
  EXPECT_TRUE(fs::is_symlink(target_ / "folder"));
  EXPECT_EQ(mode_of(top_ / "victim"), 0600U);
  EXPECT_EQ(mode_of(target_ / "aside"), refused ? 0700U : 04755U);
}

}  // namespace
}  // namespace gantry::volume
