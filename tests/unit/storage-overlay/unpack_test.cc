// SPDX-License-Identifier: Apache-2.0
//
// Tar streams into layers: every attribute kept, every way out refused by name.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>

#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/digest.h"
#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"

namespace gantry::storage_overlay {
namespace {

class UnpackTest : public OverlayTest {
 protected:
  [[nodiscard]] std::string content(const std::string& id) const {
    return (root_ / "layers" / id / "diff").string();
  }
  // Unpacking must fail and name the entry; nothing outside of the layer may change.
  void expect_refused(const std::string& tar, const std::string& name, Code code,
                      std::uint32_t flags = 0) {
    static int counter = 0;
    const std::string id = "bad" + std::to_string(counter++);
    const std::string before = sh("ls -lR --time-style=full-iso " + outside());
    storage_->create({id, "", flags, {}, ""});
    const auto [got, message] =
        error_of([&] { (void)storage_->apply(id, readable(tar).get()); });
    EXPECT_EQ(got, code) << message;
    EXPECT_NE(message.find("\"" + name + "\""), std::string::npos) << message;
    EXPECT_EQ(sh("ls -lR --time-style=full-iso " + outside()), before);
    EXPECT_EQ(error_of([&] { storage_->commit(id); }).first, Code::kInvalid);
    EXPECT_EQ(error_of([&] { (void)storage_->apply(id, readable(tar).get()); }).first,
              Code::kInvalid);
    storage_->remove(id);
  }
  [[nodiscard]] std::string outside() {
    make_directories(root_ / "outside/inner");
    write_file(root_ / "outside/inner/victim", "untouched");
    // A fixed time, so that the listing is the same each time it is made.
    sh("find " + (root_ / "outside").string() + " -exec touch -d @1 {} +");
    return (root_ / "outside").string();
  }
};

TEST_F(UnpackTest, DigestAndSizeAreThoseOfTheWholeStream) {
  const std::string tar = make_tar({{"a", "1"}}) + std::string(20480, '\0');
  const plugin::Applied applied = import("l", "", tar);
  EXPECT_EQ(applied.size, tar.size());
  EXPECT_EQ(applied.diff_id, "sha256:" + sha256_hex(tar));
}

TEST_F(UnpackTest, EmptyStreamIsAnEmptyLayer) {
  EXPECT_EQ(import("l", "", "").diff_id, "sha256:" + sha256_hex(""));
  EXPECT_TRUE(std::filesystem::is_empty(content("l")));
}

TEST_F(UnpackTest, EscapesAreRefusedByName) {
  const std::string out = outside();
  expect_refused(make_tar({{"../evil", "x"}}), "../evil", Code::kInvalid);
  expect_refused(make_tar({{"a/../../evil", "x"}}), "a/../../evil", Code::kInvalid);
  expect_refused(make_tar({{"/../evil", "x"}}), "/../evil", Code::kInvalid);
  expect_refused(make_tar({{"../evil/", ""}}), "../evil/", Code::kInvalid);
  expect_refused(make_tar({{"../evil -> x", ""}}), "../evil", Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"s/evil", "x"}}), "s/evil", Code::kInvalid);
  expect_refused(make_tar({{"s -> ../../../outside", ""}, {"s/evil", "x"}}), "s/evil",
                 Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"s/inner/victim", "x"}}), "s/inner/victim",
                 Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"s/evil/", ""}}), "s/evil/", Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"s/.wh.inner", ""}}), "s/.wh.inner",
                 Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"s/.wh..wh..opq", ""}}), "s/.wh..wh..opq",
                 Code::kInvalid);
  expect_refused(make_tar({{"t -> .", ""}, {"t/s -> " + out, ""}, {"t/s/a/b/c", "x"}}),
                 "t/s/a/b/c", Code::kInvalid);
  expect_refused(make_tar({{"h => ../../../outside/inner/victim", ""}}), "h", Code::kInvalid);
  expect_refused(make_tar({{"s -> " + out, ""}, {"h => s/inner/victim", ""}}), "h",
                 Code::kInvalid);
  expect_refused(make_tar({{".wh...", ""}}), ".wh...", Code::kInvalid);
  expect_refused(make_tar({{"a/", ""}, {"a/.wh..", ""}}), "a/.wh..", Code::kInvalid);
  expect_refused(make_tar({{"a/.wh.", ""}}), "a/.wh.", Code::kInvalid);
  expect_refused(make_tar({{"h => nowhere", ""}}), "h", Code::kCorrupt);
  expect_refused(make_tar({{"f", "x"}, {"f/g", "x"}}), "f/g", Code::kInvalid);
  expect_refused(make_tar({{"dev c 1 3", ""}}), "dev", Code::kPermission,
                 GANTRY_LAYER_ROOTLESS);
}

TEST_F(UnpackTest, AbsoluteNamesAreRefused) {
  const std::string out = outside();
  expect_refused(make_tar({{"/etc/", ""}}), "/etc/", Code::kInvalid);
  expect_refused(make_tar({{"/", ""}}), "/", Code::kInvalid);
  expect_refused(make_tar({{"/evil", "x"}}), "/evil", Code::kInvalid);
  expect_refused(make_tar({{"//evil", "x"}}), "//evil", Code::kInvalid);
  expect_refused(make_tar({{"/.wh.etc", ""}}), "/.wh.etc", Code::kInvalid);
  expect_refused(make_tar({{"/s -> x", ""}}), "/s", Code::kInvalid);
  expect_refused(make_tar({{out + "/inner/victim", "x"}}), out + "/inner/victim",
                 Code::kInvalid);
  expect_refused(make_tar({{"f", "x"}, {"h => /f", ""}}), "h", Code::kInvalid);
  EXPECT_EQ(read_file(out + "/inner/victim"), "untouched");
}

// As "tar -C rootfs -c ." and docker's layers have them.
TEST_F(UnpackTest, NamesFromTheFolderItselfAreTheLayersOwn) {
  import("l", "", make_tar({{"./", ""}, {"./etc/", ""}, {"./etc/f", "x"}, {
                              "./h => ./etc/f",
                              ""
                            }}));
  EXPECT_EQ(read_file(content("l") + "/etc/f"), "x");
  EXPECT_EQ(read_file(content("l") + "/h"), "x");
}

// A symbolic link that only points out is content like any other.
TEST_F(UnpackTest, LinksThatPointOutAreContent) {
  const std::string out = outside();
  import("l", "", make_tar({{"s -> " + out, ""}, { "s2 -> ../../../../etc", "" }}));
  EXPECT_EQ(std::filesystem::read_symlink(content("l") + "/s").string(), out);
}

// The last part of a name is replaced, never followed.
TEST_F(UnpackTest, FilesReplaceLinksOfTheSameName) {
  const std::string out = outside();
  import("l", "",
         make_tar({{"s -> " + out + "/inner/victim", ""},
                   {"s", "new"},
                   {"d -> " + out + "/inner", ""},
                   {"d/", ""},
                   {"d/victim", "new"},
                   {"t/", ""},
                   {"t/x", "1"},
                   {"t", "now a file"},
                   {"twice", "1"},
                   { "twice",
                     "2" }}));
  EXPECT_EQ(read_file(content("l") + "/s"), "new");
  EXPECT_EQ(read_file(content("l") + "/d/victim"), "new");
  EXPECT_EQ(read_file(content("l") + "/t"), "now a file");
  EXPECT_EQ(read_file(content("l") + "/twice"), "2");
  EXPECT_EQ(read_file(out + "/inner/victim"), "untouched");
}

TEST_F(UnpackTest, LinksInsideMayBeWrittenThrough) {
  import("l", "", make_tar({{"usr/lib/", ""}, {"lib -> usr/lib", ""}, { "lib/x", "1" }}));
  EXPECT_EQ(read_file(content("l") + "/usr/lib/x"), "1");
}

TEST_F(UnpackTest, NamesAreBytes) {
  const std::string longest(255, 'n');
  std::string deep;
  for (int i = 0; i < 15; ++i) {
    deep += std::string(200, static_cast<char>('a' + i)) + "/";
  }
  import("l", "",
         make_pax_entry({{ "path",
                           "caf\xc3\xa9" }},
                        "x", "composed") +
             make_pax_entry({{ "path",
                               "cafe\xcc\x81" }},
                            "x", "decomposed") +
             make_pax_entry({{ "path",
                               "latin\xe9" }},
                            "x", "latin") +
             make_pax_entry({{"path", "link\xe9"},
                             { "linkpath",
                               "to\xe9" }},
                            "x", "", '2') +
             make_tar({{longest, "long"},
                       { deep + "f",
                         "deep" }}));
  EXPECT_EQ(read_file(content("l") + "/caf\xc3\xa9"), "composed");
  EXPECT_EQ(read_file(content("l") + "/cafe\xcc\x81"), "decomposed");
  EXPECT_EQ(read_file(content("l") + "/latin\xe9"), "latin");
  EXPECT_EQ(std::filesystem::read_symlink(content("l") + "/link\xe9").string(), "to\xe9");
  EXPECT_EQ(read_file(content("l") + "/" + longest), "long");
  EXPECT_EQ(read_file(content("l") + "/" + deep + "f"), "deep");
}

TEST_F(UnpackTest, AttributesAreKept) {
  // user::rw- user:1000:r-- group::r-- mask::r-- other::---
  import("l", "",
         make_pax_entry({{"mtime", "1234567890.123456789"},
                         {"uid", "3000000"},
                         {"gid", "4000000"},
                         {"SCHILY.xattr.user.note", std::string("a\0b", 3)},
                         {"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
                         { "SCHILY.acl.access",
                           "user::rw-,user:1000:r--,group::r--,mask::r--,other::---" }},
                        "f", "x") +
             make_pax_entry({{ "SCHILY.xattr.security.capability",
                               std::string("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20) }},
                            "cap", "x") +
             make_pax_entry({{ "SCHILY.acl.default",
                               "user::rwx,group::r-x,other::---" }},
                            "d", "", '5') +
             make_tar({{"d/inherits", "x"},
                       {"p |", ""},
                       { "null c 1 3",
                         "" }}));
  struct stat st {};
  ASSERT_EQ(::lstat((content("l") + "/f").c_str(), &st), 0);
  EXPECT_EQ(st.st_uid, 3000000U);
  EXPECT_EQ(st.st_gid, 4000000U);
  EXPECT_EQ(st.st_mtim.tv_sec, 1234567890);
  EXPECT_EQ(st.st_mtim.tv_nsec, 123456789);
  EXPECT_EQ(read_xattr(content("l") + "/f", "user.note"), std::string("a\0b", 3));
  EXPECT_EQ(read_xattr(content("l") + "/f", "trusted.overlay.redirect"), "");
  EXPECT_EQ(read_xattr(content("l") + "/f", kAccessAcl),
            acl({{1, 6, -1}, {2, 4, 1000}, {4, 4, -1}, {16, 4, -1}, {32, 0, -1}}));
  EXPECT_EQ(read_xattr(content("l") + "/d", kDefaultAcl),
            acl({{1, 7, -1}, {4, 5, -1}, {32, 0, -1}}));
  EXPECT_EQ(read_xattr(content("l") + "/d/inherits", kAccessAcl), "");
  EXPECT_EQ(read_xattr(content("l") + "/cap", "security.capability").size(), 20U);
  ASSERT_EQ(::lstat((content("l") + "/null").c_str(), &st), 0);
  EXPECT_TRUE(S_ISCHR(st.st_mode));
  EXPECT_EQ(st.st_rdev, makedev(1, 3));
  ASSERT_EQ(::lstat((content("l") + "/p").c_str(), &st), 0);
  EXPECT_TRUE(S_ISFIFO(st.st_mode));
}

// The reference is tar itself, over all that it can keep.
TEST_F(UnpackTest, UnpacksWhatTarUnpacks) {
  const std::string tree = (root_ / "tree").string();
  sh("mkdir -p " + tree + "/sub/inner && cd " + tree +
     "\n"
     "echo hello >plain; chmod 640 plain; chown 12:34 plain\n"
     "cp plain suid; chown 0:5 suid; chmod 6755 suid; ln suid sub/hard\n"
     "ln -s /etc/passwd abs; ln -s nowhere dangling; ln -s ../.. up\n"
     "chown -h 77:88 dangling\n"
     "mkfifo fifo; mknod zero c 1 5; mknod disk b 7 9; mkdir -m 1777 tmp; mkdir -m 0 none\n"
     "truncate -s 10M sparse; printf x | dd of=sparse bs=1 seek=5000000 conv=notrunc 2>&1\n"
     "truncate -s 1M allhole; : >empty; head -c 3000000 /dev/urandom >big\n"
     "touch -d '1960-02-03 04:05:06' sub/hard\n"
     "touch -d '2001-02-03 04:05:06.123456789' sub\n");
  set_xattr(tree + "/plain", "user.k", "v");
  set_xattr(tree + "/sub", "trusted.t", "1");
  set_xattr(tree + "/plain", kAccessAcl,
            acl({{1, 6, -1}, {2, 6, 4711}, {4, 4, -1}, {16, 6, -1}, {32, 0, -1}}));
  set_xattr(tree + "/sub", kDefaultAcl,
            acl({{1, 7, -1}, {4, 5, -1}, {8, 5, 4712}, {16, 5, -1}, {32, 5, -1}}));
  for (const char* format : {"pax", "gnu"}) {
    const std::string tar = (root_ / format).string() + ".tar";
    const std::string extra =
        format == std::string("pax") ? " --xattrs --xattrs-include='*' --acls" : "";
    sh("tar -C " + tree + " -c -S --numeric-owner --format=" + format + extra + " -f " + tar +
       " .");
    const std::string reference = (root_ / format).string();
    make_directories(reference);
    sh("tar -C " + reference + " -xpf " + tar + " --numeric-owner" + extra);
    create(format, "");
    const plugin::Applied applied = storage_->apply(format, open_file(tar, O_RDONLY).get());
    storage_->commit(format);
    EXPECT_EQ(applied.diff_id, "sha256:" + sh("sha256sum <" + tar).substr(0, 64));
    EXPECT_EQ(describe(content(format)), describe(reference)) << format;
    struct stat st {};
    ASSERT_EQ(::stat((content(format) + "/sparse").c_str(), &st), 0);
    EXPECT_LT(st.st_blocks, 100) << "holes stay holes";
  }
}

TEST_F(UnpackTest, WhiteoutsHideAndOpaqueHidesAll) {
  import("base", "",
         make_tar({{"a", "1"},
                   {"d/", ""},
                   {"d/x", "1"},
                   {"e/", ""},
                   {"e/x", "1"},
                   {"f/", ""},
                   {"f/x", "1"},
                   {"g/", ""},
                   { "g/x",
                     "1" }}));
  import("top", "base",
         make_tar({{".wh.a", ""},
                   {".wh.d", ""},
                   {"e/", ""},
                   {"e/.wh..wh..opq", ""},
                   {"e/y", "2"},
                   {".wh.f", ""},
                   {"f/y", "2"},
                   {"g/y", "2"},
                   {".wh.g", ""},
                   {".wh..wh.plnk/", ""},
                   { ".wh.never",
                     "" }}));
  EXPECT_EQ(sh("cd " + mount("top") + " && find . -mindepth 1 | sort | xargs"),
            "./e ./e/y ./f ./f/y ./g ./g/y\n");
}

// A folder that the stream does not have itself keeps what it was below.
TEST_F(UnpackTest, ImpliedFoldersKeepTheirAttributes) {
  import("base", "",
         make_pax_entry({{"uid", "7"},
                         {"mtime", "99"},
                         { "SCHILY.xattr.user.k",
                           "v" }},
                        "d/", "", '5') +
             make_tar(
                 {{ "d/inner/",
                    "" }}));
  sh("chmod 1775 " + content("base") + "/d");
  import("top", "base", make_tar({{ "d/inner/new/f", "x" }}));
  const std::string rootfs = mount("top");
  EXPECT_EQ(sh("stat -c '%a %u %Y' " + rootfs + "/d " + rootfs + "/d/inner/new"),
            "1775 7 99\n755 0 0\n");
  EXPECT_EQ(read_xattr(rootfs + "/d", "user.k"), "v");
}

TEST_F(UnpackTest, BrokenStreamsAreCorrupt) {
  const std::string tar = make_tar({{"a", std::string(5000, 'x')}, {"b", "y"}});
  for (const std::string& broken :
       {tar.substr(0, 700), tar.substr(0, 3000), std::string(2000, 'g'),
        std::string("\x1f\x8b\x08\0\0\0\0\0", 8) + std::string(600, 'z')}) {
    create("l", "");
    EXPECT_EQ(error_of([&] { (void)storage_->apply("l", readable(broken).get()); }).first,
              Code::kCorrupt)
        << broken.size();
    storage_->remove("l");
  }
  create("l", "");
  const UniqueFd folder = open_file(root_, O_RDONLY);
  EXPECT_NE(error_of([&] { (void)storage_->apply("l", folder.get()); }).first, Code::kInternal);
}

TEST_F(UnpackTest, CommittedLayersAreNotUnpackedInto) {
  import("l", "", make_tar({}));
  EXPECT_EQ(error_of([&] { (void)storage_->apply("l", readable("").get()); }).first,
            Code::kInvalid);
  EXPECT_EQ(error_of([&] { (void)storage_->apply("m", readable("").get()); }).first,
            Code::kNotFound);
}

TEST_F(UnpackTest, CancelEndsAWaitForBytes) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
  const UniqueFd read_end(fds[0]);
  const UniqueFd write_end(fds[1]);
  create("l", "");
  host_->cancelled = true;
  const auto [code, message] = error_of([&] { (void)storage_->apply("l", read_end.get()); });
  EXPECT_EQ(code, Code::kCancelled);
  EXPECT_NE(message.find("interrupted while"), std::string::npos) << message;
  host_->cancelled = false;
  storage_->remove("l");
}

}  // namespace
}  // namespace gantry::storage_overlay
