// SPDX-License-Identifier: Apache-2.0
#include "core/host/trust.h"

#include <gantry/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include "sdk/support/files.h"
#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Trust : public ::testing::Test {
 protected:
  Trust() {
    make_directories(root_.path() / "a/b");
    write_file(file_, "x", 0644);
  }

  std::string refusal(const fs::path& path) {
    try {
      (void)check_trusted(path);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kPermission);
      return e.what();
    }
    return "";
  }

  gantry::testing::TrustedDirectory root_;
  fs::path file_ = root_.path() / "a/b/file";
};

TEST_F(Trust, AnswersWithTheRealPath) {
  fs::create_directory_symlink("a", root_.path() / "link");
  EXPECT_EQ(check_trusted(root_.path() / "link/b/../b/file"), fs::canonical(file_));
}

TEST_F(Trust, RefusesWhatOthersCanWrite) {
  fs::permissions(file_, fs::perms(0664));
  EXPECT_THAT(refusal(file_), AllOf(HasSubstr("file is writable by others"),
                                    HasSubstr("chmod go-w " + file_.string())));
}

TEST_F(Trust, RefusesAnyFolderAboveThatOthersCanWrite) {
  fs::permissions(root_.path() / "a", fs::perms(01777));
  EXPECT_THAT(refusal(file_), HasSubstr((root_.path() / "a").string() + " is writable"));
}

TEST_F(Trust, RefusesALinkThatOthersCanReplace) {
  const fs::path open = root_.path() / "open";
  make_directories(open);
  fs::create_symlink(file_, open / "link");
  EXPECT_EQ(refusal(open / "link"), "");
  fs::permissions(open, fs::perms(0777));
  EXPECT_THAT(refusal(open / "link"), HasSubstr(open.string() + " is writable"));
}

TEST_F(Trust, RefusesFoldersOfOtherUsers) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a folder away";
  }
  ASSERT_EQ(::chown((root_.path() / "a").c_str(), 4711, 0), 0);
  EXPECT_THAT(refusal(file_), HasSubstr("belongs to user 4711"));
}

TEST_F(Trust, MissingFileIsNotFound) {
  try {
    (void)check_trusted(root_.path() / "missing");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kNotFound);
  }
}

}  // namespace
}  // namespace gantry::host
