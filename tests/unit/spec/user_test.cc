// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/spec/user.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

#include <gantry/error.hpp>

namespace gantry::spec {
namespace {

constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken\nbad:x:a:b::/:\n"
    "alice:x:1000:1001::/home/alice:/bin/sh\n";
constexpr const char* kGroup = "root:x:0:\nalice:x:1001:\nwheel:x:10:bob,alice\n";
using Ids = std::vector<std::uint32_t>;

ResolvedUser resolve(const std::string& user, const std::vector<std::string>& groups = {}) {
  return resolve_user(std::string_view(kPasswd), std::string_view(kGroup), user, groups);
}

std::string error_of(const std::string& user, const std::vector<std::string>& groups = {}) {
  try {
    (void)resolve(user, groups);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(User, RootIsTheDefault) {
  const ResolvedUser user = resolve("");
  EXPECT_EQ(user.uid, 0U);
  EXPECT_EQ(user.home, "/root");
  EXPECT_EQ(user.groups, Ids());
}

TEST(User, IsFoundByNameAndByNumber) {
  for (const char* text : {"alice", "1000"}) {
    const ResolvedUser user = resolve(text);
    EXPECT_EQ(user.uid, 1000U);
    EXPECT_EQ(user.gid, 1001U);
    EXPECT_EQ(user.home, "/home/alice");
    EXPECT_EQ(user.groups, (Ids{1001, 10}));
  }
}

TEST(User, ANumberNeedsNoEntry) {
  const ResolvedUser user = resolve("5000");
  EXPECT_EQ(user.uid, 5000U);
  EXPECT_EQ(user.gid, 0U);
  EXPECT_EQ(user.home, "/");
  EXPECT_EQ(user.groups, Ids{0});
}

TEST(User, AGroupReplacesMemberships) {
  EXPECT_EQ(resolve("alice:wheel").groups, Ids{10});
  EXPECT_EQ(resolve(":wheel").gid, 10U);
  EXPECT_EQ(resolve("5000:6000").gid, 6000U);
  EXPECT_EQ(resolve("alice", {"wheel", "77"}).groups, (Ids{1001, 10, 77}));
}

TEST(User, ErrorsAreInPodmansWords) {
  EXPECT_EQ(error_of("bob"), "unable to find user bob: no matching entries in passwd file");
  EXPECT_EQ(error_of("bad"), "unable to find user bad: no matching entries in passwd file");
  EXPECT_EQ(error_of("alice:zzz"),
            "unable to find group zzz: no matching entries in group file");
  EXPECT_EQ(error_of("alice", {"zzz"}),
            "unable to find group zzz: no matching entries in group file");
  EXPECT_EQ(error_of("99999999999"), "uids and gids must be in range 0-2147483647");
}

TEST(User, FilesAreThoseOfTheImageWhateverLinksSay) {
  const std::filesystem::path folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-user-XXXXXX");
  const Cleanup cleanup([&] { remove_tree(folder); });
  make_directories(folder / "etc");
  make_directories(folder / "real");
  write_file(folder / "real/passwd", "carol:x:7:8::/c:\n");
  std::filesystem::create_symlink("/../../real/passwd", folder / "etc/passwd");
  const UniqueFd root = open_file(folder, O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(resolve_user(root.get(), "carol").uid, 7U);
  EXPECT_THROW((void)resolve_user(root.get(), "daemon"), Error);
}

// An image or a container chooses what lies at these names: a fifo without a writer would
// block for ever, a device would be opened with root's rights.
TEST(User, FilesThatAreNoneAreNotOpened) {
  const std::filesystem::path folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-user-XXXXXX");
  const Cleanup cleanup([&] { remove_tree(folder); });
  make_directories(folder / "etc");
  ASSERT_EQ(::mkfifo((folder / "etc/passwd").c_str(), 0600), 0);
  make_directories(folder / "etc/group");
  const UniqueFd root = open_file(folder, O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(resolve_user(root.get(), "5:6").uid, 5U);
  EXPECT_THROW((void)resolve_user(root.get(), "carol"), Error);
}

TEST(User, AHugeFileIsRefused) {
  const std::filesystem::path folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-user-XXXXXX");
  const Cleanup cleanup([&] { remove_tree(folder); });
  make_directories(folder / "etc");
  write_file(folder / "etc/passwd", "");
  std::filesystem::resize_file(folder / "etc/passwd", std::uintmax_t{1} << 40U);
  const UniqueFd root = open_file(folder, O_RDONLY | O_DIRECTORY);
  EXPECT_THROW((void)resolve_user(root.get(), "0"), Error);
}

}  // namespace
}  // namespace gantry::spec
