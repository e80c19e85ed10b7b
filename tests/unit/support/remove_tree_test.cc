// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <gantry/error.hpp>

#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "tests/unit/support/deep_tree.h"

namespace gantry {
namespace {

namespace fs = std::filesystem;
using RemoveTree = DeepTree;

TEST_F(RemoveTree, RemovesATreeDeeperThanDescriptorsAndPathsReach) {
  make_directories(folder / "top");
  make_deep_tree(folder / "top", 5000);
  const FewDescriptors few(128);
  remove_tree(folder / "top");
  EXPECT_FALSE(gantry::exists(folder / "top"));
}

TEST_F(RemoveTree, EmptyFolderKeepsTheFolder) {
  make_directories(folder / "top" / "a" / "b");
  write_file(folder / "top" / "f", "x");
  empty_folder(folder / "top");
  EXPECT_TRUE(fs::is_empty(folder / "top"));
  EXPECT_THROW(empty_folder("/dev/null"), Error);
}

TEST_F(RemoveTree, FollowsNoLink) {
  make_directories(folder / "victim");
  write_file(folder / "victim" / "f", "x");
  make_directories(folder / "top");
  fs::create_directory_symlink(folder / "victim", folder / "top" / "link");
  fs::create_directory_symlink(folder / "victim", folder / "itself");
  remove_tree(folder / "top");
  remove_tree(folder / "itself");
  EXPECT_FALSE(gantry::exists(folder / "itself"));
  EXPECT_TRUE(gantry::exists(folder / "victim" / "f"));
}

TEST_F(RemoveTree, GoneIsDoneAndAFileIsRemoved) {
  remove_tree(folder / "nosuch");
  write_file(folder / "f", "x");
  remove_tree(folder / "f");
  EXPECT_FALSE(gantry::exists(folder / "f"));
}

// Of the same file system, so that no device number tells.
TEST_F(RemoveTree, EntersNoMountAndIsNoneItself) {
  make_directories(folder / "victim");
  write_file(folder / "victim" / "f", "x");
  const fs::path inside = folder / "top" / "a" / "mounted";
  make_directories(inside);
  if (::mount((folder / "victim").c_str(), inside.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    GTEST_SKIP() << "mounting is not allowed here";
  }
  const Cleanup unmount([&] { (void)::umount2(inside.c_str(), MNT_DETACH); });
  for (const fs::path& path : {folder / "top", inside}) {
    try {
      remove_tree(path);
      FAIL() << path << " was removed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kBusy);
      EXPECT_THAT(error.what(), testing::HasSubstr("mounted"));
    }
  }
  EXPECT_TRUE(gantry::exists(folder / "victim" / "f"));
}

}  // namespace
}  // namespace gantry
