// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/tree_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/support/deep_tree.h"

namespace gantry {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class TreeWalkTest : public DeepTree {
 protected:
  [[nodiscard]] TreeWalk walk() const {
    return {open_file(folder, O_RDONLY | O_DIRECTORY), "it"};
  }
  static bool is_folder(const TreeWalk& walk) {
    struct stat info {};
    return ::fstatat(walk.folder(), walk.name().c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(info.st_mode);
  }
};

TEST_F(TreeWalkTest, TellsNamesInOrderAndTheEndsOfFolders) {
  make_directories(folder / "b/empty");
  make_directories(folder / "skipped/in");
  write_file(folder / "a", "");
  write_file(folder / "b/file", "");
  fs::create_directory_symlink("b", folder / "link");
  std::vector<std::string> seen;
  TreeWalk walk = this->walk();
  while (walk.next()) {
    seen.push_back((walk.left() ? "left " : "") + walk.path());
    if (!walk.left() && walk.name() != "skipped" && is_folder(walk)) {
      EXPECT_TRUE(walk.enter());
    }
  }
  EXPECT_THAT(seen, ElementsAre("a", "b", "b/empty", "left b/empty", "b/file", "left b", "link",
                                "skipped"));
}

TEST_F(TreeWalkTest, GoesOnWhenAFolderHasGone) {
  make_directories(folder / "one");
  make_directories(folder / "two");
  TreeWalk walk = this->walk();
  ASSERT_TRUE(walk.next());
  fs::remove(folder / "one");
  EXPECT_FALSE(walk.enter());
  ASSERT_TRUE(walk.next());
  EXPECT_EQ(walk.shown(), "it/two");
  EXPECT_TRUE(walk.enter());
}

TEST_F(TreeWalkTest, GoesOnWhenAFolderHasBecomeSomethingElse) {
  make_directories(folder / "one");
  make_directories(folder / "two");
  TreeWalk walk = this->walk();
  ASSERT_TRUE(walk.next());
  fs::remove(folder / "one");
  fs::create_directory_symlink("two", folder / "one");
  EXPECT_FALSE(walk.enter());
  ASSERT_TRUE(walk.next());
  fs::remove(folder / "two");
  write_file(folder / "two", "");
  EXPECT_FALSE(walk.enter());
  EXPECT_FALSE(walk.next());
}

TEST_F(TreeWalkTest, GoesDeeperThanThereAreDescriptors) {
  make_deep_tree(folder, 3000);
  const FewDescriptors few(128);
  int entered = 0;
  int left = 0;
  TreeWalk walk = this->walk();
  while (walk.next()) {
    left += walk.left() ? 1 : 0;
    entered += !walk.left() && is_folder(walk) && walk.enter() ? 1 : 0;
  }
  EXPECT_EQ(entered, 3000);
  EXPECT_EQ(left, 3000);
}

}  // namespace
}  // namespace gantry
