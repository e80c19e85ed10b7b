// SPDX-License-Identifier: Apache-2.0
//
// What a power cut, a full disk and a broken disk do to the store, played on its files.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "plugins/state-leveldb/log_files.h"
#include "plugins/state-leveldb/log_tail.h"
#include "plugins/state-leveldb/status_record.h"
#include "sdk/support/boot_id.h"
#include "tests/unit/state-leveldb/processes.h"
#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kDurable = 12;
constexpr std::uint64_t kRelaxed = 6;

// The lock file as a machine finds it that has booted since, or whose writer was killed.
void set_last_writer(const fs::path& dir, const std::string& boot, bool clean) {
  const UniqueFd fd = open_file(dir / "store" / "lock", O_RDWR);
  StatusRecord record = read_record(fd.get());
  record.boot_id = boot;
  record.clean = clean;
  write_record(fd.get(), record);
}
const std::string kOtherBoot = "00000000-0000-0000-0000-000000000000";

std::string error_of(const std::function<void()>& f, Code code) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

class Recovery : public ::testing::Test {
 protected:
  Recovery() {
    const StateInstance store(origin_.path);
    for (std::uint64_t i = 0; i < kDurable; ++i) {
      store.put(row_key("", i), row_value(i), true);
    }
    synced_ = newest_log(db(origin_.path)).size;
    for (std::uint64_t i = kDurable; i < kDurable + kRelaxed; ++i) {
      store.put(row_key("", i), row_value(i));
    }
    written_ = newest_log(db(origin_.path)).size;
  }

  static std::string db(const fs::path& dir) { return dir / "store" / "db"; }
  static std::string log(const fs::path& dir) { return newest_log(db(dir)).path; }

  // A copy of the store to break.
  void copy_to(const fs::path& dir) const {
    fs::copy(origin_.path / "store", dir / "store", fs::copy_options::recursive);
  }

  // All durable rows are there, of the relaxed ones the first few, and new writes stay.
  static void expect_sound(const fs::path& dir) {
    const StateInstance store(dir);
    Rows rows = scan_all(*store.state->begin(false, 0));
    ASSERT_GE(rows.size(), kDurable);
    ASSERT_LE(rows.size(), kDurable + kRelaxed);
    for (std::uint64_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].first, row_key("", i));
      EXPECT_EQ(rows[i].second, row_value(i));
    }
    for (std::uint64_t i = rows.size(); i < kDurable + kRelaxed + 3; ++i) {
      store.put(row_key("", i), row_value(i));
      rows.emplace_back(row_key("", i), row_value(i));
      EXPECT_EQ(scan_all(*store.state->begin(false, 0)), rows);
    }
    store.state->check(0);
  }

  TempDir origin_;
  std::uint64_t synced_ = 0;
  std::uint64_t written_ = 0;
};

TEST_F(Recovery, TornLogKeepsDurableAndTakesNewWrites) {
  ASSERT_GT(written_, synced_);
  for (const std::string& boot : {kOtherBoot, boot_id()}) {
    for (std::uint64_t size = synced_; size <= written_; size += 397) {
      SCOPED_TRACE("cut at " + std::to_string(size) + " of " + std::to_string(written_));
      const TempDir dir;
      copy_to(dir.path);
      set_last_writer(dir.path, boot, boot == kOtherBoot);
      fs::resize_file(log(dir.path), size);
      expect_sound(dir.path);
    }
  }
}

TEST_F(Recovery, UnsyncedEndOfZerosOrRubbishIsCutAfterAPowerCut) {
  for (const char fill : {'\0', '\x01', 'x'}) {
    for (std::uint64_t size = synced_; size < written_; size += 1499) {
      SCOPED_TRACE("filled from " + std::to_string(size));
      const TempDir dir;
      copy_to(dir.path);
      set_last_writer(dir.path, kOtherBoot, true);
      std::fstream file(log(dir.path), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(size));
      file << std::string(written_ - size + 40'000, fill);
      file.close();
      expect_sound(dir.path);
    }
  }
}

TEST_F(Recovery, CuttingATornEndIsTold) {
  set_last_writer(origin_.path, kOtherBoot, true);
  std::ofstream(log(origin_.path), std::ios::app | std::ios::binary) << std::string(100, 'x');
  const StateInstance store(origin_.path);
  EXPECT_THAT(scan_all(*store.state->begin(true, 0)), SizeIs(kDurable + kRelaxed));
  ASSERT_THAT(store.log, SizeIs(1));
  EXPECT_THAT(store.log[0], HasSubstr("the last 100 bytes"));
}

TEST_F(Recovery, LostLockFileIsTakenForAnUncleanEnd) {
  fs::remove(origin_.path / "store" / "lock");
  fs::resize_file(log(origin_.path), written_ - 5);
  expect_sound(origin_.path);
}

TEST_F(Recovery, UnreadableLockFileIsTakenForAnUncleanEnd) {
  std::ofstream(origin_.path / "store" / "lock") << "rubbish";
  fs::resize_file(log(origin_.path), written_ - 5);
  expect_sound(origin_.path);
}

TEST_F(Recovery, GenerationIsNotGivenOutTwiceAcrossBoots) {
  const StateInstance store(origin_.path);
  const std::uint64_t before = store.state->generation();
  // The unsynced number went back with the power, as it may.
  {
    const UniqueFd fd = open_file(origin_.path / "store" / "lock", O_RDWR);
    StatusRecord record = read_record(fd.get());
    record.generation = before - 3;
    record.boot_id = kOtherBoot;
    write_record(fd.get(), record);
  }
  for (int i = 0; i < 5; ++i) {
    store.put("a", std::to_string(i));
    EXPECT_GT(store.state->generation(), before);
  }
}

TEST_F(Recovery, CompactingFirstAfterAPowerCutCutsTheLogAndCounts) {
  const TempDir dir;
  copy_to(dir.path);
  set_last_writer(dir.path, kOtherBoot, false);
  fs::resize_file(log(dir.path), written_ - 7);
  const StateInstance store(dir.path);
  const std::uint64_t before = store.state->generation();
  store.state->compact(1000);
  EXPECT_GT(store.state->generation(), before);
  expect_sound(dir.path);
}

TEST_F(Recovery, DamageIsNamedAndNeverPassedOver) {
  for (const std::string& boot : {kOtherBoot, boot_id()}) {
    const TempDir dir;
    copy_to(dir.path);
    set_last_writer(dir.path, boot, true);
    std::fstream file(log(dir.path), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(synced_ / 2));
    file << '\x7f' << '\x7f';
    file.close();
    const StateInstance store(dir.path);
    const std::string folder = dir.path / "store";
    for (const auto& use : std::initializer_list<std::function<void()>>{
             [&] { (void)store.state->begin(false, 0); },
             [&] { (void)store.state->begin(true, 0); }, [&] { store.state->check(0); }}) {
      const std::string what = error_of(use, Code::kCorrupt);
      EXPECT_THAT(what, HasSubstr(folder));
      EXPECT_THAT(what, HasSubstr("touch " + folder + "/repair"));
    }
    EXPECT_EQ(newest_log(db(dir.path)).size, written_);
  }
}

TEST_F(Recovery, RepairSavesWhatCanBeReadAndKeepsTheRest) {
  {
    const StateInstance store(origin_.path);
    store.state->compact(0);
    store.put("late", "1", true);
  }
  const std::string path = log(origin_.path);
  std::ofstream(path, std::ios::in | std::ios::binary) << "damaged";
  const StateInstance store(origin_.path);
  (void)error_of([&] { (void)store.get("late"); }, Code::kCorrupt);
  write_file(origin_.path / "store" / "repair", "");
  EXPECT_EQ(store.get(row_key("", 3)), row_value(3));
  EXPECT_FALSE(gantry::exists(origin_.path / "store" / "repair"));
  ASSERT_THAT(store.log, SizeIs(1));
  EXPECT_THAT(store.log[0], HasSubstr("was repaired as asked"));
  bool kept = false;
  for (const auto& entry : fs::directory_iterator(origin_.path / "store")) {
    kept = kept || (entry.path().filename().string().starts_with("damaged-") &&
                    gantry::exists(entry.path() / fs::path(path).filename()));
  }
  EXPECT_TRUE(kept);
  store.put("after", "1");
  EXPECT_EQ(store.get("after"), "1");
}

TEST_F(Recovery, MissingPartsAreDamageNotANewStore) {
  {
    const TempDir dir;
    copy_to(dir.path);
    fs::remove(db(dir.path) + "/CURRENT");
    const StateInstance store(dir.path);
    EXPECT_THAT(error_of([&] { (void)store.state->begin(true, 0); }, Code::kCorrupt),
                HasSubstr("CURRENT is missing"));
    (void)error_of([&] { (void)store.state->begin(false, 0); }, Code::kCorrupt);
    write_file(dir.path / "store" / "repair", "");
    EXPECT_THAT(scan_all(*store.state->begin(false, 0)), SizeIs(kDurable + kRelaxed));
  }
  fs::remove_all(db(origin_.path));
  const StateInstance store(origin_.path);
  (void)error_of([&] { (void)store.state->begin(true, 0); }, Code::kCorrupt);
  (void)error_of([&] { (void)store.state->begin(false, 0); }, Code::kCorrupt);
  (void)error_of([&] { store.state->check(0); }, Code::kCorrupt);
  EXPECT_FALSE(gantry::exists(db(origin_.path)));
  write_file(origin_.path / "store" / "repair", "");
  EXPECT_THAT(scan_all(*store.state->begin(false, 0)), IsEmpty());
  store.put("after", "1");
  EXPECT_EQ(store.get("after"), "1");
}

TEST_F(Recovery, CheckReadsEveryTable) {
  const StateInstance store(origin_.path);
  store.state->compact(0);
  store.state->check(0);
  for (const auto& entry : fs::directory_iterator(db(origin_.path))) {
    if (entry.path().extension() == ".ldb") {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(200);
      file << "bad";
    }
  }
  EXPECT_THAT(error_of([&] { store.state->check(0); }, Code::kCorrupt), HasSubstr("touch "));
}

TEST_F(Recovery, FullDiskRefusesACommitWhole) {
  for (std::uint64_t limit = 30'000; limit < 70'000; limit += 9'301) {
    SCOPED_TRACE(limit);
    const TempDir dir;
    Worker worker = start_worker("fill", dir.path, {std::to_string(limit)});
    const std::string answer = worker.next();
    EXPECT_EQ(worker.child.wait(), 0);
    ASSERT_FALSE(answer.empty());
    const std::uint64_t acknowledged = std::stoull(answer);
    const StateInstance store(dir.path);
    EXPECT_THAT(scan_all(*store.state->begin(false, 0)), SizeIs(acknowledged));
    store.put(row_key("full/", acknowledged), row_value(acknowledged), true);
    const Rows rows = scan_all(*store.state->begin(false, 0));
    ASSERT_THAT(rows, SizeIs(acknowledged + 1));
    for (std::uint64_t i = 0; i <= acknowledged; ++i) {
      EXPECT_EQ(rows[i].second, row_value(i));
    }
  }
}

TEST_F(Recovery, DamagedLengthDoesNotPassForTheEnd) {
  std::fstream file(log(origin_.path), std::ios::in | std::ios::out | std::ios::binary);
  file << "damaged";
  file.close();
  const StateInstance store(origin_.path);
  (void)error_of([&] { (void)store.state->begin(false, 0); }, Code::kCorrupt);
  (void)error_of([&] { (void)store.state->begin(true, 0); }, Code::kCorrupt);
}

TEST_F(Recovery, ClosedLogThatEndsWithinARecordIsDamage) {
  fs::resize_file(log(origin_.path), written_ - 5);
  const StateInstance store(origin_.path);
  (void)error_of([&] { (void)store.state->begin(true, 0); }, Code::kCorrupt);
}

TEST(ExamineLog, TellsWholeFromTorn) {
  EXPECT_EQ(examine_log("").state, LogState::kWhole);
  EXPECT_EQ(examine_log("x").state, LogState::kTorn);
  EXPECT_EQ(examine_log("x").whole, 0U);
  EXPECT_EQ(examine_log(std::string(100'000, '\0')).state, LogState::kTorn);
}

}  // namespace
}  // namespace gantry::state_leveldb
