// SPDX-License-Identifier: Apache-2.0
#include "core/volume/volumes.h"

#include <gantry/error.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "core/volume/leftovers.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_state_store.h"

namespace gantry::volume {
namespace {

namespace fs = std::filesystem;

#define EXPECT_ERROR(statement, expected_code, part)                            \
  try {                                                                         \
    (void)(statement);                                                          \
    ADD_FAILURE() << "no error from " #statement;                               \
  } catch (const gantry::Error& e) {                                            \
    EXPECT_EQ(e.code(), expected_code) << e.what();                             \
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what(); \
  }

class VolumesTest : public ::testing::Test {
 protected:
  VolumesTest() : folder_(make_temp_directory("/tmp/gantry-volume-test-XXXXXX")) {}
  ~VolumesTest() override {
    for (const auto& volume : volumes_.list()) {
      while (::umount2(volumes_.path(volume.name).c_str(), MNT_DETACH) == 0) {
      }
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] bool exists(const std::string& name) { return gantry::exists(root_ / name); }
  fs::path make_rootfs() {
    const fs::path rootfs = folder_ / "rootfs";
    make_directories(rootfs / "data");
    return rootfs;
  }
  static bool is_mounted(const fs::path& path) {
    struct statx info {};
    return ::statx(AT_FDCWD, path.c_str(), 0, 0, &info) == 0 &&
           (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  }

  fs::path folder_;
  fs::path root_ = folder_ / "volumes";
  fakes::FakeStateStore state_;
  store::Store store_{state_};
  Volumes volumes_{store_, root_};
};

#define NEEDS_ROOT()                                                                      \
  if (::geteuid() != 0) {                                                                 \
    const char* required = std::getenv("GANTRY_TEST_REQUIRE");                            \
    if (required != nullptr && std::string_view(required) == "all") FAIL() << "not root"; \
    GTEST_SKIP() << "needs root";                                                         \
  }

TEST_F(VolumesTest, CreatesListsAndRemoves) {
  EXPECT_EQ(volumes_.create({.name = "v", .labels = {{"a", "b"}}, .options = {}}), "v");
  EXPECT_TRUE(exists("v/_data"));
  EXPECT_EQ(volumes_.inspect("v").labels.at("a"), "b");
  EXPECT_ERROR(volumes_.create({.name = "v", .labels = {}, .options = {}}), Code::kExists,
               "volume already exists");
  EXPECT_EQ(
      volumes_.create({.name = "v", .labels = {}, .options = {}, .ignore_existing = true}),
      "v");
  EXPECT_EQ(volumes_.create(NewVolume()).size(), 64U);
  EXPECT_EQ(volumes_.list().size(), 2U);
  volumes_.remove("v");
  EXPECT_FALSE(exists("v"));
  EXPECT_ERROR(volumes_.remove("v"), Code::kNotFound, "no such volume");
}

TEST_F(VolumesTest, RefusesWhatItCannotDo) {
  EXPECT_THROW(volumes_.create({.name = "../x", .labels = {}, .options = {}}), Error);
  EXPECT_THROW(volumes_.create({.name = "x", .driver = "nfs", .labels = {}, .options = {}}),
               Error);
  EXPECT_THROW(volumes_.create({.name = "x", .labels = {}, .options = {{"size", "1"}}}), Error);
  EXPECT_TRUE(volumes_.list().empty());
}

// Of two prunes the second must not take the next volume whose name begins alike, nor may a
// container get that one.
TEST_F(VolumesTest, OnlyPeopleAbbreviateNames) {
  volumes_.create({.name = "data-other", .labels = {}, .options = {}});
  EXPECT_EQ(volumes_.inspect("data").name, "data-other");
  EXPECT_ERROR(volumes_.remove("data"), Code::kNotFound, "no such volume");
  EXPECT_ERROR(volumes_.mount("data", "one"), Code::kNotFound, "no such volume");
  EXPECT_ERROR(volumes_.settle("data", {}), Code::kNotFound, "no such volume");
  EXPECT_TRUE(exists("data-other"));
}

TEST_F(VolumesTest, CountsItsUsers) {
  volumes_.claim("v", "one", false);
  volumes_.claim("v", "two", false);
  EXPECT_ERROR(volumes_.remove("v"), Code::kBusy,
               "volume v is being used by the following container(s): one, two");
  volumes_.release("v", "one", true);
  EXPECT_TRUE(exists("v/_data")) << "another container uses it";
  volumes_.release("v", "two", false);
  EXPECT_TRUE(exists("v/_data")) << "named volumes stay";
  volumes_.release("v", "two", false);  // gone counts as done
  volumes_.remove("v");
  volumes_.claim("anonymous", "one", true);
  EXPECT_TRUE(volumes_.inspect("anonymous").anonymous);
  volumes_.release("anonymous", "one", true);
  EXPECT_FALSE(exists("anonymous"));
  EXPECT_TRUE(volumes_.list().empty());
}

// Fails at every call of the store in turn: the same removal then succeeds.
TEST_F(VolumesTest, RemovesAfterEveryFailure) {
  for (int nth = 1;; ++nth) {
    volumes_.claim("v", "one", true);
    write_file(volumes_.path("v") / "file", "x");
    int calls = 0;
    state_.set_hook([&](std::string_view op, std::string_view) {
      if (++calls == nth) {
        throw Error(Code::kIo, std::string(op) + " fails");
      }
    });
    bool failed = false;
    try {
      volumes_.release("v", "one", true);
    } catch (const Error&) {
      failed = true;
    }
    state_.set_hook(nullptr);
    volumes_.release("v", "one", true);
    EXPECT_FALSE(exists("v"));
    EXPECT_TRUE(volumes_.list().empty());
    if (!failed) {
      break;
    }
  }
}

TEST_F(VolumesTest, CopiesUpOnceAndOnlyIntoAnEmptyVolume) {
  const fs::path rootfs = make_rootfs();
  write_file(rootfs / "data/file", "image");
  volumes_.claim("v", "one", false);
  volumes_.settle("v", {rootfs, "/data"});
  EXPECT_EQ(read_file(volumes_.path("v") / "file"), "image");
  remove_file(volumes_.path("v") / "file");
  volumes_.settle("v", {rootfs, "/data"});
  EXPECT_FALSE(exists("v/_data/file")) << "once in its life";

  volumes_.claim("full", "one", false);
  write_file(volumes_.path("full") / "mine", "x");
  volumes_.settle("full", {rootfs, "/data"});
  EXPECT_FALSE(exists("full/_data/file"));

  volumes_.claim("other", "one", false);
  volumes_.settle("other", {rootfs, "/absent"});
  volumes_.settle("other", {rootfs, "/data/file"});
  EXPECT_TRUE(fs::is_empty(volumes_.path("other")));
}

TEST_F(VolumesTest, IsNotFilledWhereNobodyWantsIt) {
  const fs::path rootfs = make_rootfs();
  write_file(rootfs / "data/file", "image");
  volumes_.claim("v", "one", false);
  volumes_.settle("v", {rootfs, "/data", false});
  EXPECT_FALSE(exists("v/_data/file"));
  volumes_.settle("v", {rootfs, "/data"});
  EXPECT_TRUE(exists("v/_data/file")) << "it was still to come";

  volumes_.create({.name = "never", .labels = {}, .options = {{"nocopy", ""}}});
  volumes_.settle("never", {rootfs, "/data"});
  EXPECT_TRUE(fs::is_empty(volumes_.path("never")));
}

TEST_F(VolumesTest, StartsOverAfterACopyThatWasCutShort) {
  const fs::path rootfs = make_rootfs();
  write_file(rootfs / "data/file", "image");
  volumes_.claim("v", "one", false);
  write_file(root_ / "v/copying", "");
  write_file(volumes_.path("v") / "half", "x");
  volumes_.settle("v", {rootfs, "/data"});
  EXPECT_TRUE(exists("v/_data/file"));
  EXPECT_FALSE(exists("v/_data/half"));
  EXPECT_FALSE(exists("v/copying"));
}

TEST_F(VolumesTest, NeverReadsOutsideTheImage) {
  const fs::path rootfs = make_rootfs();
  make_directories(folder_ / "secret");
  write_file(folder_ / "secret/key", "x");
  fs::create_symlink(folder_ / "secret", rootfs / "absolute");
  fs::create_symlink("../secret", rootfs / "relative");
  fs::create_symlink("../../../../../../../../" + (folder_ / "secret").string().substr(1),
                     rootfs / "dots");
  for (const char* destination : {"/absolute", "/relative", "/dots", "/../secret"}) {
    volumes_.claim("v", "one", true);
    volumes_.settle("v", {rootfs, destination});
    EXPECT_FALSE(exists("v/_data/key")) << destination;
    volumes_.release("v", "one", true);
  }
  // A link inside the copied folder stays a link.
  fs::create_symlink(folder_ / "secret", rootfs / "data/link");
  volumes_.claim("v", "one", false);
  volumes_.settle("v", {rootfs, "/data"});
  EXPECT_TRUE(fs::is_symlink(volumes_.path("v") / "link"));
  // A link to a folder of the image leads to that folder.
  fs::create_symlink("/data", rootfs / "alias");
  volumes_.claim("w", "one", false);
  volumes_.settle("w", {rootfs, "/alias"});
  EXPECT_TRUE(fs::is_symlink(volumes_.path("w") / "link"));
}

struct stat stat_of(const fs::path& path) {
  struct stat info {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
  return info;
}

TEST_F(VolumesTest, GetsAnOwnerOnce) {
  NEEDS_ROOT();
  const fs::path rootfs = make_rootfs();
  ASSERT_EQ(::chown((rootfs / "data").c_str(), 33, 34), 0);
  ASSERT_EQ(::chmod((rootfs / "data").c_str(), 01770), 0);
  const auto owner = [](unsigned uid, unsigned gid) {
    return [=] { return model::Owner{uid, gid}; };
  };
  const auto owner_of = [&](const char* name) {
    const struct stat info = stat_of(volumes_.path(name));
    return std::pair(info.st_uid, info.st_gid);
  };
  volumes_.claim("hidden", "one", false);
  volumes_.settle("hidden", {rootfs, "/data", false, owner(5, 6)});
  EXPECT_EQ(owner_of("hidden"), std::pair(33U, 34U));
  EXPECT_EQ(stat_of(volumes_.path("hidden")).st_mode & 07777U, 01770U);

  volumes_.claim("new", "one", false);
  volumes_.settle("new", {rootfs, "/absent", true, owner(5, 6)});
  EXPECT_EQ(owner_of("new"), std::pair(5U, 6U));
  volumes_.settle("new", {rootfs, "/absent", true, owner(7, 8)});
  EXPECT_EQ(owner_of("new"), std::pair(5U, 6U));

  volumes_.create({.name = "told", .labels = {}, .options = {{"o", "uid=9,gid=10"}}});
  volumes_.settle("told", {rootfs, "/data", true, owner(5, 6)});
  EXPECT_EQ(owner_of("told"), std::pair(9U, 10U));
}

TEST_F(VolumesTest, KeepsEverythingAFileHas) {
  NEEDS_ROOT();
  const fs::path rootfs = make_rootfs();
  const fs::path data = rootfs / "data";
  make_directories(data / "sub");
  write_file(data / "file", "text");
  ASSERT_EQ(::link((data / "file").c_str(), (data / "sub/again").c_str()), 0);
  ASSERT_EQ(::link((data / "file").c_str(), (data / "aaa").c_str()), 0);
  ASSERT_EQ(::mkfifo((data / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mknod((data / "null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)), 0);
  ASSERT_EQ(::symlink("gone", (data / "dangling").c_str()), 0);
  ASSERT_EQ(::lchown((data / "dangling").c_str(), 7, 8), 0);
  ASSERT_EQ(::chown((data / "file").c_str(), 1000, 1001), 0);
  ASSERT_EQ(::chmod((data / "file").c_str(), 06755), 0);
  ASSERT_EQ(::chown(data.c_str(), 33, 34), 0);
  ASSERT_EQ(::chmod(data.c_str(), 01770), 0);
  // CAP_NET_RAW, permitted and effective (linux/capability.h, revision 2).
  const std::array<unsigned char, 20> capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0,
                                                    0, 0, 0, 0, 0, 0,    0, 0, 0, 0};
  const bool capabilities = ::setxattr((data / "file").c_str(), "security.capability",
                                       capability.data(), capability.size(), 0) == 0;
  const bool attributes = ::setxattr((data / "sub").c_str(), "user.a", "b", 1, 0) == 0;
  const UniqueFd sparse = open_file(data / "sparse", O_WRONLY | O_CREAT, 0644);
  ASSERT_EQ(::pwrite(sparse.get(), "x", 1, 16 << 20), 1);
  ASSERT_EQ(::ftruncate(sparse.get(), 32 << 20), 0);
  const std::array<timespec, 2> times{timespec{1, 2}, timespec{3, 4}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (data / "file").c_str(), times.data(), 0), 0);
  ASSERT_EQ(::utimensat(AT_FDCWD, data.c_str(), times.data(), 0), 0);

  volumes_.claim("v", "one", false);
  volumes_.settle("v", {rootfs, "/data"});
  const fs::path copy = volumes_.path("v");
  for (const char* name :
       {"", "file", "sub", "sub/again", "fifo", "null", "dangling", "sparse"}) {
    const struct stat from = stat_of(data / name);
    const struct stat to = stat_of(copy / name);
    EXPECT_EQ(from.st_mode, to.st_mode) << name;
    EXPECT_EQ(from.st_uid, to.st_uid) << name;
    EXPECT_EQ(from.st_gid, to.st_gid) << name;
    EXPECT_EQ(from.st_rdev, to.st_rdev) << name;
    EXPECT_EQ(from.st_size == to.st_size || S_ISDIR(from.st_mode), true) << name;
    EXPECT_EQ(from.st_mtim.tv_sec, to.st_mtim.tv_sec) << name;
    EXPECT_EQ(from.st_mtim.tv_nsec, to.st_mtim.tv_nsec) << name;
  }
  EXPECT_EQ(stat_of(copy / "file").st_ino, stat_of(copy / "sub/again").st_ino);
  EXPECT_EQ(stat_of(copy / "file").st_ino, stat_of(copy / "aaa").st_ino);
  EXPECT_LT(stat_of(copy / "sparse").st_blocks, 1000);
  std::array<unsigned char, 20> value{};
  if (capabilities) {
    EXPECT_EQ(
        ::getxattr((copy / "file").c_str(), "security.capability", value.data(), value.size()),
        20);
    EXPECT_EQ(value, capability);
  }
  if (attributes) {
    EXPECT_EQ(::getxattr((copy / "sub").c_str(), "user.a", value.data(), value.size()), 1);
  }
}

TEST_F(VolumesTest, MountsWhatItsOptionsSayOnceForAllHolders) {
  NEEDS_ROOT();
  make_directories(folder_ / "device");
  write_file(folder_ / "device/file", "x");
  // A bind mount of the same file system: device numbers do not tell it from a folder.
  volumes_.create(
      {.name = "v",
       .labels = {},
       .options = {
           {"type", "none"}, {"o", "bind"}, {"device", (folder_ / "device").string()}}});
  EXPECT_EQ(volumes_.mount("v", "one"), volumes_.path("v"));
  EXPECT_TRUE(exists("v/_data/file"));
  volumes_.mount("v", "one");
  volumes_.mount("v", "two");
  volumes_.unmount("v", "one");
  EXPECT_TRUE(is_mounted(volumes_.path("v")));
  // What was noted in an earlier boot does not count.
  write_file(root_ / "v/holders/three", "another boot");
  volumes_.unmount("v", "two");
  EXPECT_FALSE(is_mounted(volumes_.path("v")));
  volumes_.unmount("v", "two");  // not mounted counts as done
  volumes_.mount("v", "one");
  volumes_.remove("v");
  EXPECT_TRUE(gantry::exists(folder_ / "device/file")) << "the device is not the volume's";
  EXPECT_FALSE(exists("v"));
}

TEST_F(VolumesTest, AWaitForAnotherCommandEndsWhenTheUserAsksToStop) {
  volumes_.create({.name = "v"});
  const locks::Lock other =
      lock_table(root_).acquire(locks::Kind::kVolume, "v", std::chrono::seconds(1));
  Volumes stopped(store_, root_, [] { return true; });
  EXPECT_ERROR(stopped.remove("v"), Code::kCancelled, "volume v");
  EXPECT_ERROR(stopped.claim("v", "one", false), Code::kCancelled, "volume v");
}

TEST_F(VolumesTest, TellsWhyItCannotMount) {
  NEEDS_ROOT();
  volumes_.create(
      {.name = "v", .labels = {}, .options = {{"type", "nosuchfs"}, {"device", "none"}}});
  EXPECT_ERROR(volumes_.mount("v", "one"), Code::kIo, "mounting volume v: ");
  volumes_.unmount("v", "one");
  volumes_.remove("v");
}

}  // namespace
}  // namespace gantry::volume
