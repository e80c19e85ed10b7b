// SPDX-License-Identifier: Apache-2.0
//
// Many layers, and deep ones. In memory, where there is such a folder: it is the kernel's
// limits that count here, not the disk.
#include <fcntl.h>
#include <sys/stat.h>

#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"
#include "tests/unit/support/deep_tree.h"

namespace gantry::storage_overlay {
namespace {

class ScaleTest : public OverlayTest {
 protected:
  void SetUp() override {
    if (gantry::exists("/dev/shm")) {
      base_ = "/dev/shm";
    }
    OverlayTest::SetUp();
  }
};

// Once a limit of option pages, then of 128: the kernel's own is 500.
TEST_F(ScaleTest, HundredsOfLayers) {
  for (const char* api : {"auto", "legacy"}) {
    storage_ = open_storage(std::string(R"({"mount-api":")") + api + "\"}");
    std::string parent;
    const std::string prefix = api + std::string(100, 'x');
    for (int i = 0; i < 200; ++i) {
      const std::string id = prefix + std::to_string(i);
      import(id, parent, make_tar({{"f" + std::to_string(i), "x"}, { "top", id }}));
      parent = id;
    }
    const std::string image = mount(parent);
    EXPECT_EQ(sh("ls " + image + " | wc -l"), "201\n");
    EXPECT_EQ(read_file(image + "/top"), parent);
    create(std::string("c-") + api, parent, true);
    storage_->commit(std::string("c-") + api);
    const std::string rootfs = mount(std::string("c-") + api);
    sh("rm " + rootfs + "/f7; echo x >" + rootfs + "/f8");
    EXPECT_EQ(changes(std::string("c-") + api), (std::vector<std::string>{"D /f7", "C /f8"}));
  }
}

TEST_F(ScaleTest, MoreLayersThanTheKernelTakesAreRefused) {
  std::string parent;
  for (int i = 0; i < 500; ++i) {
    create("l" + std::to_string(i), parent);
    // As commit does, but for its sync.
    std::filesystem::rename(root_ / "staging" / ("l" + std::to_string(i)),
                            root_ / "layers" / ("l" + std::to_string(i)));
    parent = "l" + std::to_string(i);
  }
  const auto [code, message] = error_of([&] { create("more", parent); });
  EXPECT_EQ(code, Code::kUnsupported);
  EXPECT_NE(message.find("500"), std::string::npos) << message;
  create("top", parent, true);
  storage_->commit("top");
  write_file(mount("top") + "/x", "");
}

TEST_F(ScaleTest, TrashIsEmptiedHoweverDeep) {
  create("c", "", true);
  storage_->commit("c");
  // Deeper than a path can say, and than descriptors last.
  UniqueFd folder = open_file(root_ / "layers/c/diff", O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(::mkdirat(folder.get(), "d", 0700), 0);
    ASSERT_EQ(::mkdirat(folder.get(), "e", 0700), 0);
    folder.reset(::openat(folder.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(folder);
  }
  folder.reset();
  storage_->remove("c");
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "trash"));
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "layers"));
  make_directories(root_ / "trash/left.1/x");
  write_file(root_ / "trash/left.1/x/y", "");
  storage_->recover();
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "trash"));
}

// A container's, which must not take "ps --size" and "system df" away from all.
TEST_F(ScaleTest, TreesDeeperThanThereAreDescriptors) {
  import("image", "", make_tar({{ "top", "x" }}));
  create("deep", "image", true);
  storage_->commit("deep");
  make_deep_tree(mount("deep"), 1500);
  const FewDescriptors few(128);
  EXPECT_EQ(storage_->usage("deep").inodes, 1502U);
  EXPECT_EQ(changes("deep").size(), 1501U);
  EXPECT_EQ(changes("deep").back().size(), 2 + 2 * 1500 + 2U);
  EXPECT_GT(diff("deep").size(), 1500U * 512U);
  storage_->unmount("deep");
  storage_->remove("deep");
  EXPECT_EQ(host_->warnings, std::vector<std::string>());
}

}  // namespace
}  // namespace gantry::storage_overlay
