// SPDX-License-Identifier: Apache-2.0
//
// Layers for containers whose ids are others than the host's.
#include <sys/stat.h>

#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"

namespace gantry::storage_overlay {
namespace {

const plugin::IdMaps kMaps{{{0, 100000, 65536}}, {{0, 200000, 65536}}};

std::string owner_of(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(::lstat(path.c_str(), &st), 0) << path;
  return std::to_string(st.st_uid) + ":" + std::to_string(st.st_gid);
}

TEST(IdMapTest, LooksUp) {
  const Ranges ranges{{0, 1000, 1}, {1, 100000, 65536}};
  EXPECT_EQ(to_host(ranges, 0), 1000U);
  EXPECT_EQ(to_host(ranges, 65536), 165535U);
  EXPECT_EQ(to_host(ranges, 65537), std::nullopt);
  EXPECT_EQ(to_container(ranges, 100000), 1U);
  EXPECT_EQ(to_container(ranges, 0), std::nullopt);
  EXPECT_EQ(to_host({}, 7), 7U);
  EXPECT_TRUE(is_identity({}));
  EXPECT_TRUE(is_identity({{{0, 0, 65536}}, {}}));
  EXPECT_FALSE(is_identity(kMaps));
}

TEST_F(OverlayTest, MappedContainerSeesItsOwnIds) {
  import("image", "",
         make_pax_entry({{"uid", "33"},
                         { "gid",
                           "44" }},
                        "www", "x") +
             make_tar({{"etc/", ""},
                       { "etc/passwd",
                         "root\n" }}));
  for (const char* api : {"auto", "legacy"}) {
    storage_ = open_storage(std::string(R"({"mount-api":")") + api + "\"}");
    const std::string id = std::string("c-") + api;
    create(id, "image", true, kMaps);
    storage_->commit(id);
    const std::string rootfs = mount(id, 0, kMaps);
    EXPECT_EQ(owner_of(rootfs), "100000:200000");
    EXPECT_EQ(owner_of(rootfs + "/etc/passwd"), "100000:200000");
    EXPECT_EQ(owner_of(rootfs + "/www"), "100033:200044");
    // What its root adds and changes belongs to it on disk, and to root in a diff.
    sh("cd " + rootfs + "; echo x >>etc/passwd; echo n >new; chown 100001:200002 new");
    EXPECT_EQ(owner_of((root_ / "layers" / id / "diff/etc/passwd").string()), "100000:200000");
    set_xattr(rootfs + "/new", kAccessAcl,
              acl({{1, 6, -1}, {2, 6, 100005}, {4, 4, -1}, {16, 6, -1}, {32, 0, -1}}));
    EXPECT_EQ(changes(id), (std::vector<std::string>{"C /etc", "C /etc/passwd", "A /new"}));
    import("image-" + id, "image", diff(id));
    const std::string seen = mount("image-" + id);
    EXPECT_EQ(owner_of(seen + "/new"), "1:2");
    EXPECT_EQ(owner_of(seen + "/etc/passwd"), "0:0");
    EXPECT_EQ(owner_of(seen), "0:0");
    EXPECT_EQ(read_xattr(seen + "/new", kAccessAcl),
              acl({{1, 6, -1}, {2, 6, 5}, {4, 4, -1}, {16, 6, -1}, {32, 0, -1}}));
    storage_->unmount(id);
    EXPECT_EQ(owner_of(mount(id) + "/www"), "100033:200044") << "as created";
    EXPECT_EQ(owner_of(mount("image", 0) + "/www"), "33:44");
  }
  EXPECT_EQ(sh("grep " + root_.string() + " /proc/self/mountinfo | grep -vc merged || true"),
            "0\n")
      << "nothing but the mounts that were asked for";
}

// Where the kernel cannot map, the files change hands, once.
TEST_F(OverlayTest, ShiftedContainerSeesItsOwnIds) {
  storage_ = open_storage(R"({"id-mapping":"shift"})");
  import("image", "",
         make_pax_entry({{"uid", "33"},
                         {"gid", "44"},
                         { "SCHILY.xattr.security.capability",
                           std::string("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20) }},
                        "www", "x") +
             make_tar({{"etc/", ""},
                       {"etc/passwd", "root\n"},
                       { "l -> www",
                         "" }}));
  sh("chmod 6755 " + (root_ / "layers/image/diff/etc/passwd").string());
  create("c", "image", true, kMaps);
  storage_->commit("c");
  write_file(root_ / "layers/c/diff/half", "of an earlier try");
  EXPECT_EQ(error_of([&] { mount("c", 0, kMaps); }).first, Code::kUnsupported)
      << "what a container wrote is never thrown away";
  write_file(root_ / "layers/c/shifting", "");
  for (int round = 0; round < 2; ++round) {
    const std::string rootfs = mount("c", 0, kMaps);
    EXPECT_EQ(owner_of(rootfs), "100000:200000");
    EXPECT_EQ(owner_of(rootfs + "/etc/passwd"), "100000:200000");
    EXPECT_EQ(owner_of(rootfs + "/www"), "100033:200044");
    EXPECT_EQ(owner_of(rootfs + "/l"), "100000:200000");
    EXPECT_EQ(sh("stat -c %a " + rootfs + "/etc/passwd"), "6755\n");
    EXPECT_EQ(read_xattr(rootfs + "/www", "security.capability").size(), 24U)
        << "bound to the container's root, or the kernel would not heed it";
    EXPECT_FALSE(gantry::exists(rootfs + "/half"));
    EXPECT_EQ(owner_of((root_ / "layers/image/diff/www").string()), "33:44");
    if (round == 0) {
      EXPECT_EQ(changes("c"), std::vector<std::string>{}) << "a change of hands is none";
      write_file(rootfs + "/kept", "k");
    }
    EXPECT_EQ(read_file(rootfs + "/kept"), "k");
    storage_->unmount("c");
  }
  EXPECT_EQ(error_of([&] { mount("image", 0, kMaps); }).first, Code::kUnsupported);
  // What a container changed is told, with the folders that lead there, and nothing else.
  sh("cd " + mount("c", 0, kMaps) +
     "; chmod 600 etc/passwd; ln -s x made; chown -h 100001:200002 made");
  EXPECT_EQ(changes("c"),
            (std::vector<std::string>{"C /etc", "C /etc/passwd", "A /kept", "A /made"}));
  import("again", "image", diff("c"));
  EXPECT_EQ(owner_of(mount("again") + "/made"), "1:2");
  EXPECT_EQ(owner_of(mount("again") + "/etc/passwd"), "0:0");
  EXPECT_FALSE(gantry::exists(root_ / "layers/again/diff/www"));
  storage_->remove("c");
}

TEST_F(OverlayTest, LayerForOneMappingIsNotMountedWithAnother) {
  create("c", "", true, kMaps);
  storage_->commit("c");
  const plugin::IdMaps other{{{0, 300000, 65536}}, {{0, 300000, 65536}}};
  EXPECT_EQ(error_of([&] { mount("c", 0, other); }).first, Code::kUnsupported);
  mount("c", 0, kMaps);
}

TEST_F(OverlayTest, MappedLayerIsUnpackedForItsMapping) {
  storage_->create({"l", "", 0, kMaps, ""});
  (void)storage_->apply(
      "l",
      readable(make_pax_entry({{"uid", "33"}, {"gid", "44"}}, "f", "x") + tar_end()).get());
  storage_->commit("l");
  EXPECT_EQ(owner_of((root_ / "layers/l/diff/f").string()), "100033:200044");
  EXPECT_EQ(owner_of(mount("l") + "/f"), "100033:200044");
  EXPECT_EQ(diff("l"), diff("l"));
  storage_->create({"m", "", 0, kMaps, ""});
  EXPECT_EQ(error_of([&] {
              (void)storage_->apply(
                  "m",
                  readable(make_pax_entry({{"uid", "70000"}}, "f", "x") + tar_end()).get());
            }).first,
            Code::kInvalid);
}

}  // namespace
}  // namespace gantry::storage_overlay
