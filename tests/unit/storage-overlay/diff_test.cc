// SPDX-License-Identifier: Apache-2.0
//
// Layers back into tar streams, as lists of changes and as sizes.
#include <sys/stat.h>

#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"

namespace gantry::storage_overlay {
namespace {

class DiffTest : public OverlayTest {
 protected:
  void SetUp() override {
    OverlayTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) {
      return;
    }
    import("base", "",
           make_tar({{"etc/", ""},
                     {"etc/passwd", "root\n"},
                     {"etc/shadow", "x"},
                     {"gone", "1"},
                     {"full/", ""},
                     {"full/old", "1"},
                     {"full/sub/", ""},
                     {"full/sub/deep", "1"},
                     { "same",
                       "1" }}));
    create("c", "base", true);
    storage_->commit("c");
  }
  // All that a container may do to a tree.
  void modify(const std::string& rootfs) {
    sh("cd " + rootfs +
       "\n"
       "echo user >>etc/passwd; rm gone; chmod 600 etc/shadow\n"
       "rm -r full; mkdir full; echo new >full/new; mkdir full/sub; echo 2 >full/sub/other\n"
       "mkdir -m 3770 add; chown 5:6 add; echo hi >add/f; ln add/f add/hard; ln -s f add/soft\n"
       "mkfifo add/fifo; mknod add/null c 1 3\n"
       "truncate -s 20M add/sparse; printf x | dd of=add/sparse bs=1 seek=9000000 "
       "conv=notrunc 2>&1; truncate -s 5000 add/hole\n"
       "head -c 1000000 /dev/zero >add/zeros\n"
       "chown 3000000:4000000 add/zeros; touch -d '2001-02-03 04:05:06.123456789' add/zeros\n"
       "touch -d '1960-02-03 04:05:06.5' add/soft -h\n"
       "printf x >\"$(printf 'add/latin\\351')\"\n"
       "d=add; for i in 1 2 3 4 5 6 7 8; do d=$d/$(printf '%0200d' $i); done; mkdir -p $d; "
       "echo deep >$d/$(printf '%0250d' 9)\n");
    set_xattr(rootfs + "/add/f", "user.note", std::string("a\0=\n", 4));
    set_xattr(rootfs + "/add/zeros", "security.capability",
              std::string("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    set_xattr(rootfs + "/add", kDefaultAcl,
              acl({{1, 7, -1}, {4, 5, -1}, {8, 5, 4712}, {16, 5, -1}, {32, 5, -1}}));
  }
};

TEST_F(DiffTest, RoundTripGivesTheSameTree) {
  const std::string rootfs = mount("c");
  modify(rootfs);
  const std::string first = diff("c");
  EXPECT_EQ(first, diff("c"));
  const std::string seen = describe(rootfs);
  storage_->unmount("c");
  EXPECT_EQ(first, diff("c")) << "mounted or not";
  import("copy", "base", first);
  EXPECT_EQ(describe(mount("copy")), seen);
  EXPECT_EQ(diff("copy"), first) << "and the same stream again";
  EXPECT_LT(storage_->usage("copy").bytes, 2'000'000U) << "holes stay holes";
}

// What others read from the stream is what tar reads from it.
TEST_F(DiffTest, TarReadsTheStream) {
  modify(mount("c"));
  write_file(root_ / "diff.tar", diff("c"));
  make_directories(root_ / "out");
  sh("tar -C " + root_.string() + "/out -xpf " + root_.string() +
     "/diff.tar --numeric-owner --xattrs --xattrs-include='*' && cd " + root_.string() +
     "/out && test -e .wh.gone -a -e full/.wh..wh..opq && rm .wh.gone full/.wh..wh..opq "
     "&& rm -r " +
     root_.string() + "/layers/c/diff/gone && touch -r " + root_.string() +
     "/layers/c/diff/full full && touch -r " + root_.string() + "/layers/c/diff .");
  // What tar cannot do: time stamps before 1970 with a fraction.
  sh("touch -hd @1 " + root_.string() + "/out/add/soft " + root_.string() +
     "/layers/c/diff/add/soft");
  EXPECT_EQ(describe((root_ / "out").string()), describe((root_ / "layers/c/diff").string()));
}

TEST_F(DiffTest, ChangesAreListed) {
  const std::string rootfs = mount("c");
  sh("cd " + rootfs +
     " && echo x >>etc/passwd && rm gone && rm -r full && mkdir full && touch full/new && "
     "mkdir full/sub && touch full/sub/deep && mkdir add && touch add/f && rm etc/shadow && "
     "touch etc/never && rm etc/never");
  EXPECT_EQ(changes("c"),
            (std::vector<std::string>{"A /add", "A /add/f", "C /etc", "C /etc/passwd",
                                      "D /etc/shadow", "C /full", "A /full/new", "D /full/old",
                                      "C /full/sub", "C /full/sub/deep", "D /gone"}));
  int seen = 0;
  storage_->changes("c", [&](int, std::string_view) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST_F(DiffTest, NothingChangedIsNothing) {
  mount("c");
  EXPECT_TRUE(changes("c").empty());
  EXPECT_EQ(diff("c"), make_tar({}));
}

TEST_F(DiffTest, BaseLayerComesBackWhole) {
  const std::string tar =
      make_tar({{"./", ""}, {"a", "1"}, {"b/", ""}, {"b/c", "2"}, {"d => a", ""}});
  import("l", "", tar);
  EXPECT_EQ(diff("l"), tar);
  EXPECT_EQ(changes("l"), (std::vector<std::string>{"A /a", "A /b", "A /b/c", "A /d"}));
}

TEST_F(DiffTest, SocketsAreLeftOutAndReservedNamesRefused) {
  const std::string rootfs = mount("c");
  ASSERT_EQ(::mknod((rootfs + "/socket").c_str(), S_IFSOCK | 0600, 0), 0);
  EXPECT_EQ(diff("c").find("socket"), std::string::npos);
  write_file(rootfs + "/.wh.same", "");
  EXPECT_EQ(error_of([&] { (void)diff("c"); }).first, Code::kUnsupported);
}

TEST_F(DiffTest, UsageIsWhatDuSays) {
  const std::string rootfs = mount("c");
  modify(rootfs);
  sh("sync -f " + rootfs);
  const plugin::Usage usage = storage_->usage("c");
  const std::string folder = (root_ / "layers/c/diff").string();
  EXPECT_EQ(std::to_string(usage.bytes / 1024) + "\n", sh("du -sk " + folder + " | cut -f1"));
  EXPECT_EQ(std::to_string(usage.inodes) + "\n", sh("du -s --inodes " + folder + " | cut -f1"));
}

}  // namespace
}  // namespace gantry::storage_overlay
