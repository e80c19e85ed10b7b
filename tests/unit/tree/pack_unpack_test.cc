// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/tree/pack.h"
#include "core/tree/unpack.h"
#include "sdk/support/archive_api.h"
#include "sdk/support/files.h"

namespace gantry::tree {
namespace {

namespace fs = std::filesystem;

// A source folder, an archive file without a name, and a folder to unpack into.
class PackUnpack : public ::testing::Test {
 protected:
  PackUnpack() : top_(make_temp_directory(fs::temp_directory_path() / "gantry-tree-XXXXXX")) {
    for (const fs::path& folder : {source_, target_}) {
      fs::create_directory(folder);
    }
    archive_ = open_file(top_, O_TMPFILE | O_RDWR, 0600);
  }
  ~PackUnpack() override {
    std::error_code ignored;
    fs::remove_all(top_, ignored);
  }

  void pack_source(const std::string& name = "") {
    const UniqueFd source = open_file(source_, O_PATH);
    pack(source.get(), {name}, archive_.get(), "source");
    rewind();
  }
  void unpack_target(const UnpackOptions& options = {}) {
    const UniqueFd root = open_file(target_, O_PATH);
    unpack(archive_.get(), root.get(), ".", options, "target");
    rewind();
  }
  // An archive with one entry of this name, as only an attacker writes it.
  void archive_of(const std::string& name, const std::string& link = "") {
    const ArchiveApi& api = archive_api();
    const ArchiveWriter writer = new_archive_writer();
    const ArchiveEntry entry = new_archive_entry();
    (void)api.write_set_format_pax_restricted(writer.get());
    (void)api.write_open_fd(writer.get(), archive_.get());
    api.entry_set_pathname(entry.get(), name.c_str());
    api.entry_set_filetype(entry.get(), AE_IFREG);
    api.entry_set_perm(entry.get(), 0644);
    api.entry_set_size(entry.get(), link.empty() ? 4 : 0);
    if (!link.empty()) {
      api.entry_set_hardlink(entry.get(), link.c_str());
    }
    (void)api.write_header(writer.get(), entry.get());
    if (link.empty()) {
      (void)api.write_data(writer.get(), "evil", 4);
    }
    (void)api.write_close(writer.get());
    rewind();
  }
  void rewind() { ASSERT_EQ(::lseek(archive_.get(), 0, SEEK_SET), 0); }
  static void write(const fs::path& file, const std::string& text) {
    std::ofstream(file) << text;
  }

  fs::path top_;
  fs::path source_ = top_ / "source";
  fs::path target_ = top_ / "target";
  UniqueFd archive_;
};

TEST_F(PackUnpack, BringsAllKindsOfFilesBack) {
  fs::create_directory(source_ / "folder");
  write(source_ / "folder/file", "text");
  fs::permissions(source_ / "folder/file", fs::perms(0751));
  fs::create_symlink("/etc/passwd", source_ / "link");
  fs::create_hard_link(source_ / "folder/file", source_ / "twin");
  write(source_ / "n\xc3\xa4m\xff", "odd");
  ASSERT_EQ(::mkfifo((source_ / "fifo").c_str(), 0600), 0);
  pack_source();
  unpack_target();
  EXPECT_EQ(read_file(target_ / "folder/file"), "text");
  EXPECT_EQ(fs::status(target_ / "folder/file").permissions(), fs::perms(0751));
  EXPECT_EQ(fs::read_symlink(target_ / "link"), "/etc/passwd");
  EXPECT_TRUE(fs::equivalent(target_ / "folder/file", target_ / "twin"));
  EXPECT_EQ(read_file(target_ / "n\xc3\xa4m\xff"), "odd");
  EXPECT_TRUE(fs::is_fifo(target_ / "fifo"));
}

TEST_F(PackUnpack, KeepsTimesOfFilesAndFolders) {
  fs::create_directory(source_ / "folder");
  write(source_ / "folder/file", "text");
  const timespec old[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
  for (const char* name : {"folder/file", "folder"}) {
    ASSERT_EQ(::utimensat(AT_FDCWD, (source_ / name).c_str(), old, 0), 0);
  }
  pack_source();
  unpack_target();
  for (const char* name : {"folder/file", "folder"}) {
    struct stat info {};
    ASSERT_EQ(::stat((target_ / name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mtim.tv_sec, 1'000'000'000) << name;
  }
}

TEST_F(PackUnpack, NamesTheTopAsAsked) {
  write(source_ / "file", "text");
  pack_source("other");
  unpack_target();
  EXPECT_EQ(read_file(target_ / "other/file"), "text");
}

TEST_F(PackUnpack, ReplacesFilesAndFillsFolders) {
  fs::create_directory(source_ / "folder");
  write(source_ / "folder/file", "new");
  fs::create_directory(target_ / "folder");
  write(target_ / "folder/file", "old, and longer");
  write(target_ / "folder/mine", "stays");
  pack_source();
  unpack_target();
  EXPECT_EQ(read_file(target_ / "folder/file"), "new");
  EXPECT_EQ(read_file(target_ / "folder/mine"), "stays");
}

TEST_F(PackUnpack, SwapsFolderAndFileOnlyWhenAsked) {
  fs::create_directory(source_ / "a");
  write(source_ / "b", "file");
  write(target_ / "a", "file");
  fs::create_directory(target_ / "b");
  pack_source();
  EXPECT_THROW(unpack_target(), Error);
  rewind();
  unpack_target({.overwrite = true});
  EXPECT_TRUE(fs::is_directory(target_ / "a"));
  EXPECT_EQ(read_file(target_ / "b"), "file");
}

TEST_F(PackUnpack, ReplacesALinkInsteadOfFollowingIt) {
  write(top_ / "outside", "untouched");
  write(source_ / "file", "new");
  fs::create_symlink(top_ / "outside", target_ / "file");
  pack_source();
  unpack_target();
  EXPECT_EQ(read_file(top_ / "outside"), "untouched");
  EXPECT_FALSE(fs::is_symlink(target_ / "file"));
}

TEST_F(PackUnpack, DoesNotLeaveThroughALinkOnTheWay) {
  fs::create_directory(top_ / "outside");
  fs::create_symlink(top_ / "outside", target_ / "way");
  archive_of("way/file");
  EXPECT_THROW(unpack_target(), Error);
  EXPECT_TRUE(fs::is_empty(top_ / "outside"));
}

TEST_F(PackUnpack, RefusesNamesThatLeadOut) {
  archive_of("folder/../../file");
  EXPECT_THROW(unpack_target(), Error);
  EXPECT_FALSE(fs::exists(top_ / "file"));
}

TEST_F(PackUnpack, RefusesHardLinksThatLeadOut) {
  write(top_ / "secret", "secret");
  archive_of("stolen", "../secret");
  EXPECT_THROW(unpack_target(), Error);
  EXPECT_FALSE(fs::exists(target_ / "stolen"));
}

TEST_F(PackUnpack, PutsAbsoluteNamesBelowTheFolder) {
  archive_of("/etc/file");
  unpack_target();
  EXPECT_EQ(read_file(target_ / "etc/file"), "evil");
}

TEST_F(PackUnpack, GivesAllToTheOwnerAskedFor) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  write(source_ / "file", "text");
  pack_source();
  unpack_target({.owner = Owner{12, 34}});
  struct stat info {};
  ASSERT_EQ(::stat((target_ / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 12U);
  EXPECT_EQ(info.st_gid, 34U);
}

TEST_F(PackUnpack, ABrokenPipeIsAnErrorAndNoEnd) {
  write(source_ / "file", std::string(1 << 20, 'x'));
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  const UniqueFd out(ends[1]);
  const UniqueFd source = open_file(source_, O_PATH);
  EXPECT_THROW(pack(source.get(), {}, out.get(), "source"), Error);
}

TEST_F(PackUnpack, BytesThatAreNoArchiveAreCorrupt) {
  write_all(archive_.get(), std::string(2048, 'x'), "archive");
  rewind();
  EXPECT_THROW(unpack_target(), Error);
}

}  // namespace
}  // namespace gantry::tree
