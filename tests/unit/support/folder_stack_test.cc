// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/folder_stack.h"

#include <gtest/gtest.h>

#include <gantry/error.hpp>

#include "tests/unit/support/deep_tree.h"

namespace gantry {
namespace {

namespace fs = std::filesystem;

class FolderStackTest : public DeepTree {
 protected:
  [[nodiscard]] FolderStack stack() const {
    return FolderStack(open_file(folder, O_RDONLY | O_DIRECTORY));
  }
};

TEST_F(FolderStackTest, GoesDeeperThanThereAreDescriptorsAndComesBack) {
  make_deep_tree(folder, 3000);
  const FewDescriptors few(128);
  FolderStack folders = stack();
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(folders.enter("d"));
  }
  EXPECT_EQ(entry_names(folders.top(), "top"), std::vector<std::string>{"f"});
  while (folders.depth() > 0) {
    folders.leave();
    ASSERT_EQ(entry_names(folders.top(), "top"), std::vector<std::string>{"d"});
  }
}

TEST_F(FolderStackTest, IsNotLedAwayByAFolderThatMovesMeanwhile) {
  make_deep_tree(folder, 100);
  std::string near;
  for (int i = 0; i < 10; ++i) {
    near += (near.empty() ? "" : "/") + std::string("d");
  }
  FolderStack folders = stack();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(folders.enter("d"));
  }
  // The eleventh folder is now beside the first; its ".." is no longer the tenth.
  make_directories(folder / "elsewhere");
  fs::rename(folder / near / "d", folder / "elsewhere" / "d");
  while (folders.depth() > 10) {
    folders.leave();
  }
  EXPECT_EQ(entry_names(folders.top(), "top"), std::vector<std::string>{});
  while (folders.depth() > 0) {
    folders.leave();
  }
}

TEST_F(FolderStackTest, SaysSoWhenTheWayBackIsGone) {
  make_deep_tree(folder, 100);
  FolderStack folders = stack();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(folders.enter("d"));
  }
  make_directories(folder / "elsewhere");
  fs::rename(folder / "d/d/d/d/d", folder / "elsewhere" / "d");
  fs::rename(folder / "d", folder / "elsewhere" / "e");
  EXPECT_THROW(
      {
        while (folders.depth() > 0) {
          folders.leave();
        }
      },
      Error);
}

TEST_F(FolderStackTest, EntersNoLink) {
  fs::create_directory_symlink("/etc", folder / "link");
  FolderStack folders = stack();
  EXPECT_FALSE(folders.enter("link"));
  EXPECT_EQ(folders.depth(), 0U);
}

TEST_F(FolderStackTest, LongPathsAreShownByTheirEnd) {
  EXPECT_EQ(shown_path("a/b"), "a/b");
  std::string path;
  for (int i = 0; i < 1000; ++i) {
    path += "/d";
  }
  const std::string shown = shown_path(path + "/last");
  EXPECT_LT(shown.size(), 220U);
  EXPECT_TRUE(shown.starts_with(".../d") && shown.ends_with("/d/last")) << shown;
}

}  // namespace
}  // namespace gantry
