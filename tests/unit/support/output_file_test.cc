// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <gantry/error.hpp>

#include "tests/unit/support/temp_folder.h"

namespace gantry {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public TempFolder {
 protected:
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
};

TEST_F(OutputFileTest, AFailureLeavesTheOldFile) {
  write_file(folder / "old.tar", "precious", 0640);
  {
    const OutputFile file(folder / "old.tar");
    write_all(file.fd(), "half", "test");
  }
  EXPECT_EQ(read_file(folder / "old.tar"), "precious");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFileTest, AFailureLeavesNoNewFile) {
  { const OutputFile file(folder / "new.tar"); }
  EXPECT_EQ(files(), 0U);
}

// What a process that is killed leaves.
TEST_F(OutputFileTest, NothingIsSeenBeforeTheEnd) {
  write_file(folder / "old.tar", "precious");
  OutputFile added(folder / "new.tar");
  OutputFile replaced(folder / "old.tar");
  write_all(replaced.fd(), "new", "test");
  EXPECT_EQ(files(), 1U);
  added.finish();
  replaced.finish();
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(read_file(folder / "old.tar"), "new");
}

TEST_F(OutputFileTest, ReplacesAFileAndKeepsItsMode) {
  write_file(folder / "file", "longer than what comes", 0640);
  write_output(folder / "file", "short");
  struct stat st {};
  ASSERT_EQ(::stat((folder / "file").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777U, 0640U);
  EXPECT_EQ(read_file(folder / "file"), "short");
}

TEST_F(OutputFileTest, WritesThroughALinkAndLeavesIt) {
  write_file(folder / "target", "longer than what comes");
  fs::create_symlink("target", folder / "link");
  write_output(folder / "link", "short");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "target"), "short");
}

TEST_F(OutputFileTest, MakesWhatALinkLeadsTo) {
  fs::create_symlink("target", folder / "link");
  write_output(folder / "link", "text");
  EXPECT_EQ(read_file(folder / "target"), "text");
}

TEST_F(OutputFileTest, BehindALinkNothingIsTruncatedBeforeTheEnd) {
  write_file(folder / "target", "precious");
  fs::create_symlink("target", folder / "link");
  { const OutputFile file(folder / "link"); }
  EXPECT_EQ(read_file(folder / "target"), "precious");
}

TEST_F(OutputFileTest, ADeviceStaysOne) {
  if (::mknod((folder / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "devices cannot be made here";
  }
  { const OutputFile file(folder / "null"); }
  write_output(folder / "null", "text");
  EXPECT_TRUE(fs::is_character_file(folder / "null"));
}

TEST_F(OutputFileTest, AMissingFolderIsToldAtOnce) {
  const std::filesystem::path file = folder / "nosuch" / "file";
  try {
    const OutputFile output(file);
    ADD_FAILURE() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), "open " + file.string() + ": No such file or directory");
  }
  EXPECT_THROW(OutputFile{folder}, Error);
}

}  // namespace
}  // namespace gantry
