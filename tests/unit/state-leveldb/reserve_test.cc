// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full: what is acknowledged stays, and what is there can be removed.
#include "plugins/state-leveldb/reserve.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

fs::path reserve_of(const fs::path& dir) { return dir / "store" / "reserve"; }

TEST(ReserveFile, IsMadeWithTheStoreAndAgainWhenItIsGone) {
  const TempDir dir;
  const StateInstance store(dir.path);
  for (int i = 0; i < 2; ++i) {
    store.put("key", "value");
    struct stat info {};
    ASSERT_EQ(::stat(reserve_of(dir.path).c_str(), &info), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(info.st_size), Reserve::kSize);
    EXPECT_GE(static_cast<std::uint64_t>(info.st_blocks) * 512, Reserve::kSize);
    fs::remove(reserve_of(dir.path));
  }
  EXPECT_EQ(store.get("key"), "value");
  EXPECT_FALSE(gantry::exists(reserve_of(dir.path))) << "a reader writes nothing";
}

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::mount("gantry-full", dir_.path.c_str(), "tmpfs", 0, "size=3m") != 0) {
      GTEST_SKIP() << "needs root, to mount a small file system";
    }
    mounted_ = true;
  }
  ~FullDisk() override {
    if (mounted_) {
      (void)::umount2(dir_.path.c_str(), MNT_DETACH);
    }
  }

  void fill() const {
    const UniqueFd fd = open_file(dir_.path / "filler", O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::string page(4096, 'x');
    while (::write(fd.get(), page.data(), page.size()) > 0) {
    }
    ASSERT_EQ(errno, ENOSPC);
  }

  // Rows are added to a disk that is kept full, until one is refused.
  [[nodiscard]] std::string refusal(const StateInstance& store) {
    for (;; ++rows_) {
      fill();
      try {
        store.put(row_key("", rows_), row_value(rows_), true);
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), Code::kNoSpace) << e.what();
        return e.what();
      }
    }
  }

  void expect_rows(const StateInstance& store, std::uint64_t from) const {
    const Rows rows = scan_all(*store.state->begin(false, 0));
    ASSERT_THAT(rows, SizeIs(rows_ - from));
    for (std::uint64_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].second, row_value(from + i));
    }
  }

  TempDir dir_;
  bool mounted_ = false;
  std::uint64_t rows_ = 0;
};

TEST_F(FullDisk, RemovesWhatIsThere) {
  const StateInstance store(dir_.path);
  for (; rows_ < 20; ++rows_) {
    store.put(row_key("", rows_), row_value(rows_), true);
  }
  // Too large even for the reserve: refused whole, and the next opening has to recover.
  fill();
  EXPECT_THROW(store.put("large", std::string(3U << 20, 'x'), true), Error);
  for (std::uint64_t i = 0; i < 20; ++i) {
    fill();
    const auto txn = store.state->begin(true, 0);
    txn->del(row_key("", i));
    txn->commit(true);
    expect_rows(store, i + 1);
  }
  EXPECT_GE(fs::file_size(reserve_of(dir_.path)), Reserve::kSize / 2);
}

TEST_F(FullDisk, RefusesWholeAndNamesTheFileSystem) {
  const StateInstance store(dir_.path);
  store.put(row_key("", rows_++), row_value(0), true);
  const std::string words = refusal(store);
  EXPECT_THAT(words, HasSubstr("the file system " + dir_.path.string() + " is full"));
  EXPECT_THAT(words, HasSubstr("remove something from it"));
  EXPECT_GT(rows_, 50U) << "the reserve did not help";
  expect_rows(store, 0);
  fs::remove(dir_.path / "filler");
  store.put(row_key("", rows_), row_value(rows_), true);
  ++rows_;
  expect_rows(store, 0);
  store.state->check(0);
  EXPECT_GT(fs::file_size(reserve_of(dir_.path)), Reserve::kLeast);
}

}  // namespace
}  // namespace gantry::state_leveldb
