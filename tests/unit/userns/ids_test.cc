// SPDX-License-Identifier: Apache-2.0
//
// Ids that files grant, that a root file system needs, and that a namespace maps.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/userns/namespace_mapping.h"
#include "core/userns/needed_ids.h"
#include "core/userns/subordinate_ids.h"
#include "sdk/support/files.h"
#include "tests/unit/support/deep_tree.h"

namespace gantry::userns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class UserNamespaceFiles : public testing::Test {
 protected:
  ~UserNamespaceFiles() override { remove_tree(folder_); }
  fs::path write(const std::string& name, const std::string& text) {
    write_file(folder_ / name, text);
    return folder_ / name;
  }
  template <typename F>
  static std::string error_of(F f) {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }
  fs::path folder_ = make_temp_directory(fs::temp_directory_path() / "gantry-userns-XXXXXX");
};

TEST_F(UserNamespaceFiles, GrantByNameAndByNumber) {
  const fs::path file = write("subuid",
                              "# a comment\nother:1:x\ncontainers:100:10\n\n"
                              "root:7:1\n0:50:5\ncontainers:4294967290:100");
  EXPECT_THAT(read_subordinate_ids(file, "containers", "subuid"),
              ElementsAre(HostRange{100, 110}, HostRange{4294967290, 4294967295}));
  EXPECT_THAT(read_subordinate_ids(file, "root", "subuid"),
              ElementsAre(HostRange{7, 8}, HostRange{50, 55}));
  EXPECT_THAT(map_all({{100, 110}, {50, 55}}),
              ElementsAre(model::IdRange{0, 100, 10}, model::IdRange{10, 50, 5}));
}

TEST_F(UserNamespaceFiles, SayWhatIsMissing) {
  const fs::path file = write("subgid", "other:1:1\nbroken:1:\nworse\n");
  EXPECT_EQ(error_of([&] { (void)read_subordinate_ids(file, "containers", "subgid"); }),
            "no subgid ranges found for user \"containers\" in " + file.string() +
                ": add a line such as containers:2147483647:2147483648");
  EXPECT_THAT(error_of([&] { (void)read_subordinate_ids(folder_ / "none", "x", "subuid"); }),
              HasSubstr("no subuid ranges found for user \"x\""));
  for (const char* user : {"broken", "worse"}) {
    EXPECT_THAT(error_of([&] { (void)read_subordinate_ids(file, user, "subgid"); }),
                HasSubstr("is not USER:FIRST:COUNT"));
  }
}

TEST(NeededIds, OfAccounts) {
  EXPECT_EQ(needed_ids("root:x:0:0:root:/root:/bin/sh\n"
                       "app:x:1200:1300::/:/bin/sh\n"
                       "nobody:x:65534:65534::/:/bin/false\n"
                       "also:x:65534:65534::/:\n"
                       "broken:x:-1:4294967295\n:::\nx"),
            1301U);
  EXPECT_EQ(needed_ids("wheel:x:10:\nbig:x:2000:root,app\nnogroup:x:3000:\n"), 2001U);
  EXPECT_EQ(needed_ids(""), 0U);
  EXPECT_EQ(needed_ids_of_user("5000:7000"), 7001U);
  EXPECT_EQ(needed_ids_of_user("app"), 0U);
  EXPECT_EQ(needed_ids_of_user(""), 0U);
}

TEST_F(UserNamespaceFiles, NeedIdsForTheirOwners) {
  fs::create_directories(folder_ / "etc");
  fs::create_directories(folder_ / "deep/er");
  write("etc/passwd", "app:x:3000:1:::\n");
  write("deep/er/file", "");
  fs::create_symlink("/", folder_ / "deep/up");
  const UniqueFd root = open_file(folder_, O_PATH | O_DIRECTORY);
  EXPECT_EQ(needed_ids(root.get(), "it"), 3001U);
  if (::geteuid() != 0) {
    GTEST_SKIP() << "changing owners needs root";
  }
  ASSERT_EQ(::lchown((folder_ / "deep/er/file").c_str(), 1, 4000), 0);
  EXPECT_EQ(needed_ids(root.get(), "it"), 4001U);
  ASSERT_EQ(::lchown((folder_ / "deep/up").c_str(), 5000, 1), 0);
  EXPECT_EQ(needed_ids(root.get(), "it"), 5001U);
}

TEST_F(UserNamespaceFiles, NeedIdsHoweverDeepTheirFilesLie) {
  constexpr int kDepth = 1500;
  make_deep_tree(folder_, kDepth);
  const FewDescriptors few(256);
  const UniqueFd root = open_file(folder_, O_PATH | O_DIRECTORY);
  EXPECT_EQ(needed_ids(root.get(), "it"), std::max(::geteuid(), ::getegid()) + 1);
  if (::geteuid() == 0) {
    ASSERT_EQ(::lchown(bottom_of(folder_, kDepth).c_str(), 4000, 1), 0);
    EXPECT_EQ(needed_ids(root.get(), "it"), 4001U);
  }
}

TEST(NamespaceMapping, IsReadFromTheKernelsText) {
  EXPECT_THAT(
      parse_id_map("         0     100000      65536\n     65536          1          1\n"),
      ElementsAre(model::IdRange{0, 100000, 65536}, model::IdRange{65536, 1, 1}));
  EXPECT_THAT(parse_id_map(""), IsEmpty());
}

TEST_F(UserNamespaceFiles, AreNoNamespaces) {
  EXPECT_TRUE(mapping_of("/proc/self/ns/user").empty());
  EXPECT_THAT(error_of([] { (void)mapping_of("/proc/self/ns/net"); }),
              HasSubstr("not a user namespace"));
  const fs::path file = write("file", "");
  EXPECT_THAT(error_of([&] { (void)mapping_of(file); }), HasSubstr("not a user namespace"));
  EXPECT_NE(error_of([&] { (void)mapping_of(folder_ / "none"); }), "no error");
}

}  // namespace
}  // namespace gantry::userns
