// SPDX-License-Identifier: Apache-2.0
//
// The life of a layer: created, filled, committed, mounted, removed.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>

#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"

namespace gantry::storage_overlay {
namespace {

TEST_F(OverlayTest, ContainerWritesOverImage) {
  import("image", "", make_tar({{"etc/", ""}, { "etc/passwd", "root\n" }}));
  create("c1", "image", true);
  storage_->commit("c1");
  const std::string rootfs = mount("c1");
  EXPECT_EQ(read_file(rootfs + "/etc/passwd"), "root\n");
  write_file(rootfs + "/etc/new", "n");
  EXPECT_TRUE(gantry::exists(root_ / "layers/c1/diff/etc/new"));
  EXPECT_FALSE(gantry::exists(root_ / "layers/image/diff/etc/new"));
  EXPECT_EQ(mount("c1"), rootfs) << "mounted already counts as done";
  storage_->unmount("c1");
  storage_->unmount("c1");
  EXPECT_FALSE(gantry::exists(rootfs + "/etc/passwd"));
  storage_->remove("c1");
  storage_->remove("c1");
  storage_->remove("never-was");
  EXPECT_FALSE(gantry::exists(root_ / "layers/c1"));
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "trash"));
}

TEST_F(OverlayTest, ImageIsMountedReadOnly) {
  import("base", "", make_tar({{ "a", "1" }}));
  import("top", "base", make_tar({{"b", "2"}, { ".wh.a", "" }}));
  const std::string one = mount("base");
  EXPECT_EQ(read_file(one + "/a"), "1");
  EXPECT_EQ(error_of([&] { write_file(one + "/x", ""); }).first, Code::kPermission);
  const std::string two = mount("top", GANTRY_MOUNT_READ_ONLY);
  EXPECT_EQ(read_file(two + "/b"), "2");
  EXPECT_FALSE(gantry::exists(two + "/a"));
  create("c", "top", true);
  storage_->commit("c");
  const std::string three = mount("c", GANTRY_MOUNT_READ_ONLY);
  EXPECT_EQ(error_of([&] { write_file(three + "/x", ""); }).first, Code::kPermission);
  EXPECT_EQ(error_of([&] { mount("c"); }).first, Code::kBusy);
  storage_->unmount("c");
  write_file(mount("c") + "/x", "");
}

TEST_F(OverlayTest, LayerWithoutParentIsWritable) {
  create("scratch", "", true);
  storage_->commit("scratch");
  write_file(mount("scratch") + "/x", "1");
  EXPECT_EQ(changes("scratch"), std::vector<std::string>{"A /x"});
}

TEST_F(OverlayTest, StagingIsNotListed) {
  create("l", "");
  std::vector<std::string> seen;
  const auto all = [&] {
    seen.clear();
    storage_->list([&](std::string_view id) {
      seen.emplace_back(id);
      return true;
    });
    std::sort(seen.begin(), seen.end());
    return seen;
  };
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(error_of([&] { (void)storage_->stat("l"); }).first, Code::kNotFound);
  storage_->commit("l");
  storage_->commit("l");
  create("c", "l", true);
  storage_->commit("c");
  EXPECT_EQ(all(), (std::vector<std::string>{"c", "l"}));
  plugin::LayerInfo info = storage_->stat("c");
  EXPECT_EQ(info.parent, "l");
  EXPECT_EQ(info.flags, GANTRY_LAYER_WRITABLE);
  EXPECT_GT(info.created_ns, 1'000'000'000);
  mount("c");
  EXPECT_EQ(storage_->stat("c").flags, GANTRY_LAYER_WRITABLE | GANTRY_LAYER_MOUNTED);
}

TEST_F(OverlayTest, RefusesWhatIsTakenMissingOrMisspelt) {
  create("l", "");
  EXPECT_EQ(error_of([&] { create("l", ""); }).first, Code::kExists);
  storage_->commit("l");
  EXPECT_EQ(error_of([&] { create("l", ""); }).first, Code::kExists);
  EXPECT_EQ(error_of([&] { create("m", "nobody"); }).first, Code::kNotFound);
  for (const char* id : {"", ".", "..", "../x", "a/b", "-x", ".x"}) {
    EXPECT_EQ(error_of([&] { create(id, ""); }).first, Code::kInvalid) << id;
    EXPECT_EQ(error_of([&] { storage_->remove(id); }).first, Code::kInvalid) << id;
  }
  EXPECT_EQ(error_of([&] { storage_->commit("nobody"); }).first, Code::kNotFound);
  EXPECT_EQ(error_of([&] { mount("nobody"); }).first, Code::kNotFound);
  EXPECT_EQ(error_of([&] { create("o", "", true, {}, R"({"size":"1G"})"); }).first,
            Code::kUnsupported);
  create("o", "", true);
}

TEST_F(OverlayTest, MountsAgainAfterAReboot) {
  import("image", "", make_tar({{ "a", "1" }}));
  create("c", "image", true);
  storage_->commit("c");
  const std::string rootfs = mount("c");
  write_file(rootfs + "/kept", "k");
  ASSERT_EQ(::umount2(rootfs.c_str(), MNT_DETACH), 0) << "behind the driver's back";
  storage_ = open_storage();
  EXPECT_EQ(storage_->stat("c").flags, GANTRY_LAYER_WRITABLE);
  EXPECT_EQ(read_file(mount("c") + "/kept"), "k");
}

TEST_F(OverlayTest, RootKeepsOwnerAndMode) {
  import("image", "",
         make_pax_entry({{"uid", "7"},
                         { "gid",
                           "8" }},
                        "./", "", '5') +
             tar_end());
  create("c", "image", true);
  storage_->commit("c");
  struct stat st {};
  ASSERT_EQ(::stat(mount("c").c_str(), &st), 0);
  EXPECT_EQ(st.st_uid, 7U);
  EXPECT_EQ(st.st_gid, 8U);
  EXPECT_EQ(st.st_mode & 07777U, 0644U);
}

TEST_F(OverlayTest, VolatileLayerMountsAgain) {
  create("c", "", true, {}, R"({"volatile":"true"})");
  storage_->commit("c");
  write_file(mount("c") + "/x", "1");
  EXPECT_NE(sh("grep " + root_.string() + " /proc/self/mountinfo").find("volatile"),
            std::string::npos);
  storage_->unmount("c");
  EXPECT_EQ(read_file(mount("c") + "/x"), "1");
}

TEST_F(OverlayTest, BusyNamesTheHolder) {
  create("c", "", true);
  storage_->commit("c");
  const std::string rootfs = mount("c");
  write_file(rootfs + "/held", "");
  {
    const UniqueFd held = open_file(rootfs + "/held", O_RDONLY);
    const auto [code, message] = error_of([&] { storage_->remove("c"); });
    EXPECT_EQ(code, Code::kBusy);
    EXPECT_NE(message.find(rootfs + "/held open"), std::string::npos) << message;
  }
  make_directories(rootfs + "/proc");
  ASSERT_EQ(::mount("none", (rootfs + "/proc").c_str(), "tmpfs", 0, nullptr), 0);
  const auto [code, message] = error_of([&] { storage_->unmount("c"); });
  EXPECT_EQ(code, Code::kBusy);
  EXPECT_NE(message.find(rootfs + "/proc is mounted"), std::string::npos) << message;
  ASSERT_EQ(::umount(((rootfs + "/proc").c_str())), 0);
  storage_->remove("c");
}

}  // namespace
}  // namespace gantry::storage_overlay
