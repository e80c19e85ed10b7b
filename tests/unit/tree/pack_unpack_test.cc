// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/tree/pack.h"
#include "core/tree/unpack.h"
#include "sdk/support/archive_api.h"
#include "sdk/support/files.h"
#include "tests/unit/support/deep_tree.h"

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
  ~PackUnpack() override { remove_tree(top_); }

  void pack_source(const PackOptions& options = {}) {
    const UniqueFd source = open_file(source_, O_PATH);
    pack(source.get(), options, archive_.get(), "source");
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

// GNU tar warns of each "hdrcharset"; podman's archives of such files have no records at all.
TEST_F(PackUnpack, PlainNamesNeedNoRecords) {
  write(source_ / "file", "text");
  fs::create_symlink("file", source_ / "link");
  pack_source();
  EXPECT_EQ(read_all(archive_.get(), "archive").find("PaxHeader"), std::string::npos);
}

TEST_F(PackUnpack, NamesOfAnyBytesComeBack) {
  const std::string names[] = {"cafe\xcc\x81", "a\xff", "\xc0\xaf", "\xed\xa0\x80\xed\xb0\x80"};
  for (const std::string& name : names) {
    write(source_ / name, name);
  }
  fs::create_symlink("to\xff", source_ / "link");
  pack_source();
  unpack_target();
  for (const std::string& name : names) {
    EXPECT_EQ(read_file(target_ / name), name);
  }
  EXPECT_EQ(fs::read_symlink(target_ / "link"), "to\xff");
}

TEST_F(PackUnpack, CompressesAsAsked) {
  write(source_ / "file", std::string(1 << 20, 'x'));
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    ASSERT_EQ(::ftruncate(archive_.get(), 0), 0);
    pack_source({.compression = compression});
    EXPECT_LT(fs::file_size(fd_path(archive_.get())), 100'000U);
    unpack_target({.compressed = true});
    EXPECT_EQ(read_file(target_ / "file").size(), std::size_t{1} << 20);
    fs::remove(target_ / "file");
  }
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
  pack_source({.name = "other"});
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

// A container's user may own a set-uid program; on the host it would become root's.
TEST_F(PackUnpack, AProgramThatChangesItsOwnerLosesItsRights) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  const auto mode_of = [&](const char* name) {
    struct stat info {};
    return ::lstat((target_ / name).c_str(), &info) == 0 ? info.st_mode & 07777U : 0U;
  };
  for (const char* name : {"foreign", "own"}) {
    write(source_ / name, "program");
    const bool own = name == std::string("own");
    ASSERT_EQ(::chown((source_ / name).c_str(), own ? 0 : 1000, 0), 0);
    ASSERT_EQ(::chmod((source_ / name).c_str(), 06755), 0);
  }
  // Capability cap_setuid, permitted and effective.
  const unsigned char capability[20] = {1, 0, 0, 2, 0x80};
  ASSERT_EQ(::setxattr((source_ / "foreign").c_str(), "security.capability", capability,
                       sizeof capability, 0),
            0);
  pack_source();
  unpack_target({.owner = Owner{0, 0}});
  EXPECT_EQ(mode_of("foreign"), 0755U);
  EXPECT_EQ(mode_of("own"), 06755U);
  EXPECT_LT(::getxattr((target_ / "foreign").c_str(), "security.capability", nullptr, 0), 0);
  rewind();
  unpack_target();
  EXPECT_EQ(mode_of("foreign"), 06755U);
}

TEST_F(PackUnpack, LeavesDevicesOutWhenAsked) {
  if (::mknod((source_ / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "no right to make device nodes";
  }
  fs::create_hard_link(source_ / "null", source_ / "twin");
  write(source_ / "file", "text");
  pack_source({.devices = false});
  unpack_target();
  EXPECT_EQ(read_file(target_ / "file"), "text");
  EXPECT_FALSE(fs::exists(target_ / "null"));
  EXPECT_FALSE(fs::exists(target_ / "twin"));
  pack_source();
  unpack_target();
  EXPECT_TRUE(fs::is_character_file(target_ / "twin"));
}

// The first bytes of an archive are the name of its first file.
TEST_F(PackUnpack, ANameChoosesNoDecompressor) {
  for (const char* name : {"BZh91AY&SY", "\nbegin 644 a\n#86%A\n"}) {
    write(source_ / name, "text");
    pack_source();
    unpack_target();
    EXPECT_EQ(read_file(target_ / name), "text");
    fs::remove(source_ / name);
    rewind();
  }
}

TEST_F(PackUnpack, AForeignStreamMayBeCompressed) {
  const ArchiveApi& api = archive_api();
  const ArchiveWriter writer = new_archive_writer();
  const ArchiveEntry entry = new_archive_entry();
  (void)api.write_set_format_pax_restricted(writer.get());
  (void)api.write_add_filter_gzip(writer.get());
  (void)api.write_open_fd(writer.get(), archive_.get());
  api.entry_set_pathname(entry.get(), "file");
  api.entry_set_filetype(entry.get(), AE_IFREG);
  api.entry_set_perm(entry.get(), 0644);
  api.entry_set_size(entry.get(), 4);
  (void)api.write_header(writer.get(), entry.get());
  (void)api.write_data(writer.get(), "text", 4);
  (void)api.write_close(writer.get());
  rewind();
  unpack_target({.compressed = true});
  EXPECT_EQ(read_file(target_ / "file"), "text");
  EXPECT_THROW(unpack_target(), Error);
}

TEST_F(PackUnpack, GoesDeeperThanThereAreDescriptors) {
  constexpr int kDepth = 1500;
  make_deep_tree(source_, kDepth);
  const FewDescriptors few(256);
  pack_source();
  unpack_target();
  EXPECT_TRUE(gantry::exists(bottom_of(target_, kDepth)));
}

TEST_F(PackUnpack, MoreFoldersThanDescriptorsKeepTheirTimes) {
  constexpr int kFolders = 300;
  const timespec old[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
  for (int i = 0; i < kFolders; ++i) {
    const fs::path folder = source_ / std::to_string(i);
    fs::create_directory(folder);
    ASSERT_EQ(::utimensat(AT_FDCWD, folder.c_str(), old, 0), 0);
  }
  pack_source();
  {
    const FewDescriptors few(100);
    EXPECT_NO_THROW(unpack_target());
  }
  for (int i = 0; i < kFolders; ++i) {
    struct stat info {};
    ASSERT_EQ(::stat((target_ / std::to_string(i)).c_str(), &info), 0);
    EXPECT_EQ(info.st_mtim.tv_sec, 1'000'000'000) << i;
  }
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

// An archive tells the ids that the container's processes see, in both directions.
TEST_F(PackUnpack, TranslatesIds) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "changing owners needs root";
  }
  write(source_ / "file", "x");
  ASSERT_EQ(::lchown((source_ / "file").c_str(), 101000, 200050), 0);
  const std::string capability("\0\0\0\3\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xa0\x86\1\0", 24);
  const bool has_capabilities = ::setxattr((source_ / "file").c_str(), "security.capability",
                                           capability.data(), capability.size(), 0) == 0;
  pack_source({.mapping = {{{0, 100000, 2000}}, {{0, 200000, 100}}}});
  unpack_target({.mapping = {{{0, 300000, 2000}}, {{0, 400000, 100}}}});
  struct stat info {};
  ASSERT_EQ(::lstat((target_ / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 301000U);
  EXPECT_EQ(info.st_gid, 400050U);
  if (has_capabilities) {
    std::string value(64, '\0');
    const ssize_t size = ::getxattr((target_ / "file").c_str(), "security.capability",
                                    value.data(), value.size());
    ASSERT_EQ(size, 24);
    EXPECT_EQ(value.substr(20, 4), std::string("\xe0\x93\4\0", 4)) << "root is 300000 here";
  }
  fs::remove(target_ / "file");
  unpack_target();
  ASSERT_EQ(::lstat((target_ / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 1000U);
  fs::remove(target_ / "file");
  try {
    unpack_target({.mapping = {{{0, 300000, 10}}, {{0, 400000, 100}}}});
    ADD_FAILURE() << "1000 is nobody there";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kInvalid);
    EXPECT_NE(std::string(e.what()).find("file belongs to 1000:50, whom"), std::string::npos)
        << e.what();
  }
}

}  // namespace
}  // namespace gantry::tree
