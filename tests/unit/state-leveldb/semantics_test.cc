// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <random>

#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Code code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code();
  }
  return static_cast<Code>(0);
}

class Semantics : public ::testing::Test {
 protected:
  TempDir dir_;
  StateInstance store_{dir_.path};
};

TEST_F(Semantics, NewStoreIsEmptyAndReadingMakesNoDatabase) {
  const auto txn = store_.state->begin(false, 0);
  std::string value;
  EXPECT_FALSE(txn->get("a", value));
  EXPECT_THAT(scan_all(*txn), IsEmpty());
  EXPECT_FALSE(gantry::exists(dir_.path / "store" / "db"));
}

TEST_F(Semantics, CommittedIsReadByAnotherInstance) {
  store_.put("a", "1");
  store_.put("b", "2", true);
  const StateInstance other(dir_.path);
  EXPECT_EQ(other.get("a"), "1");
  EXPECT_EQ(other.get("b"), "2");
  EXPECT_EQ(other.get("c"), std::nullopt);
}

TEST_F(Semantics, AbortLeavesNothing) {
  store_.put("a", "1");
  {
    const auto txn = store_.state->begin(true, 0);
    txn->put("a", "2");
    txn->put("b", "2");
    txn->del("a");
  }
  EXPECT_EQ(store_.get("a"), "1");
  EXPECT_EQ(store_.get("b"), std::nullopt);
}

TEST_F(Semantics, KeysAndValuesAreAnyBytes) {
  const std::string key("\0k\xff", 3);
  const std::string value("\0\n\xfe\0", 4);
  store_.put(key, value);
  store_.put("empty", "");
  EXPECT_EQ(store_.get(key), value);
  EXPECT_EQ(store_.get("empty"), "");
}

TEST_F(Semantics, TransactionReadsItsOwnWrites) {
  store_.put("a", "1");
  store_.put("b", "1");
  const auto txn = store_.state->begin(true, 0);
  txn->put("a", "2");
  txn->del("b");
  txn->put("c", "2");
  std::string value;
  EXPECT_TRUE(txn->get("a", value));
  EXPECT_EQ(value, "2");
  EXPECT_FALSE(txn->get("b", value));
  EXPECT_TRUE(txn->get("c", value));
  txn->del("missing");
  txn->commit(false);
  EXPECT_EQ(store_.get("b"), std::nullopt);
}

TEST_F(Semantics, ScanMergesOwnWritesInOrder) {
  for (const char* key : {"b", "d", "f", "h"}) {
    store_.put(key, "old");
  }
  const auto txn = store_.state->begin(true, 0);
  txn->put("a", "new");
  txn->put("d", "new");
  txn->del("f");
  txn->put("g", "new");
  txn->put("i", "new");
  EXPECT_THAT(scan_all(*txn),
              ElementsAre(Pair("a", "new"), Pair("b", "old"), Pair("d", "new"),
                          Pair("g", "new"), Pair("h", "old"), Pair("i", "new")));
  EXPECT_THAT(scan_all(*txn, "b", "g"), ElementsAre(Pair("b", "old"), Pair("d", "new")));
  EXPECT_THAT(scan_all(*txn, "g"),
              ElementsAre(Pair("g", "new"), Pair("h", "old"), Pair("i", "new")));
  int seen = 0;
  txn->scan("", "", [&](std::string_view, std::string_view) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST_F(Semantics, BehavesLikeAMapUnderRandomUse) {
  std::mt19937 random(20);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> changed = model;
    const auto txn = store_.state->begin(true, 0);
    for (unsigned i = random() % 8; i > 0; --i) {
      const std::string key = "k" + std::to_string(random() % 40);
      if (random() % 3 == 0) {
        txn->del(key);
        changed.erase(key);
      } else {
        txn->put(key, std::to_string(round));
        changed[key] = std::to_string(round);
      }
    }
    const std::string first = "k" + std::to_string(random() % 40);
    EXPECT_EQ(scan_all(*txn, first), Rows(changed.lower_bound(first), changed.end()));
    if (random() % 4 != 0) {
      txn->commit(random() % 2 == 0);
      model = changed;
    }
  }
  const auto txn = store_.state->begin(false, 0);
  EXPECT_EQ(scan_all(*txn), Rows(model.begin(), model.end()));
}

TEST_F(Semantics, MisuseIsInvalid) {
  EXPECT_EQ(code_of([&] {
              const auto txn = store_.state->begin(false, 0);
              txn->put("a", "1");
            }),
            Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              const auto txn = store_.state->begin(false, 0);
              txn->del("a");
            }),
            Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              const auto txn = store_.state->begin(true, 0);
              txn->commit(false);
              txn->put("a", "1");
            }),
            Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              const auto one = store_.state->begin(false, 0);
              const auto two = store_.state->begin(false, 0);
            }),
            Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              LevelDbState unopened(plugin::Host(store_.services->table()), "{}");
              (void)unopened.begin(false, 0);
            }),
            Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              LevelDbState(plugin::Host(store_.services->table()), R"({"cache":"1"})");
            }),
            Code::kInvalid);
  store_.put("still", "works");
}

TEST_F(Semantics, GenerationChangesWithEachCommitThatWrote) {
  const std::uint64_t start = store_.state->generation();
  store_.put("a", "1");
  const std::uint64_t one = store_.state->generation();
  EXPECT_NE(one, start);
  (void)store_.get("a");
  { const auto txn = store_.state->begin(true, 0); }
  store_.state->begin(true, 0)->commit(true);
  EXPECT_EQ(store_.state->generation(), one);
  const StateInstance other(dir_.path);
  other.put("a", "2");
  EXPECT_NE(store_.state->generation(), one);
  EXPECT_EQ(store_.state->generation(), other.state->generation());
}

TEST_F(Semantics, GenerationTakesNoLock) {
  store_.put("a", "1");
  const std::uint64_t one = store_.state->generation();
  const StateInstance other(dir_.path);
  const auto txn = other.state->begin(true, 0);
  EXPECT_EQ(store_.state->generation(), one);
}

TEST_F(Semantics, ReadersShareAndAWriterTimesOutNamingTheHolder) {
  store_.put("a", "1");
  const StateInstance second(dir_.path);
  const StateInstance third(dir_.path);
  const auto one = store_.state->begin(false, 0);
  const auto two = second.state->begin(false, 0);
  try {
    (void)third.state->begin(true, 30);
    FAIL() << "a writer beside readers";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kTimeout);
    EXPECT_THAT(e.what(), HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_THAT(e.what(), HasSubstr((dir_.path / "store").string()));
  }
}

TEST_F(Semantics, WriterExcludesAllAndZeroTriesOnce) {
  const StateInstance other(dir_.path);
  const auto txn = store_.state->begin(true, 0);
  EXPECT_EQ(code_of([&] { (void)other.state->begin(false, 0); }), Code::kTimeout);
  EXPECT_EQ(code_of([&] { (void)other.state->begin(true, 0); }), Code::kTimeout);
  EXPECT_EQ(code_of([&] { other.state->check(0); }), Code::kTimeout);
  EXPECT_EQ(code_of([&] { other.state->compact(0); }), Code::kTimeout);
  txn->commit(false);
  other.put("a", "1");
}

TEST_F(Semantics, CancelEndsTheWait) {
  StateInstance other(dir_.path);
  other.cancelled = true;
  const auto txn = store_.state->begin(true, 0);
  EXPECT_EQ(code_of([&] { (void)other.state->begin(false, 60'000); }), Code::kCancelled);
}

TEST_F(Semantics, ReadingChangesNothingInTheFolder) {
  for (int i = 0; i < 300; ++i) {
    store_.put(row_key("", static_cast<std::uint64_t>(i)),
               row_value(static_cast<std::uint64_t>(i)));
  }
  const auto picture = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(dir_.path / "store")) {
      struct stat st {};
      (void)::stat(entry.path().c_str(), &st);
      files[entry.path()] = std::to_string(st.st_size) + " " +
                            std::to_string(st.st_mtim.tv_sec) + " " +
                            std::to_string(st.st_mtim.tv_nsec);
    }
    return files;
  };
  const auto before = picture();
  EXPECT_EQ(scan_all(*store_.state->begin(false, 0)).size(), 300U);
  EXPECT_EQ(store_.get(row_key("", 7)), row_value(7));
  store_.state->check(0);
  EXPECT_EQ(picture(), before);
}

TEST_F(Semantics, CompactKeepsWhatIsThereAndGivesBackSpace) {
  const std::string big(200'000, 'x');
  for (int i = 0; i < 30; ++i) {
    store_.put("big", big + std::to_string(i));
  }
  store_.put("small", "s");
  const auto size = [&] {
    std::uintmax_t sum = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(dir_.path / "store" / "db")) {
      sum += entry.file_size();
    }
    return sum;
  };
  const auto before = size();
  store_.state->compact(0);
  EXPECT_LT(size(), before / 2);
  EXPECT_EQ(store_.get("big"), big + "29");
  EXPECT_EQ(store_.get("small"), "s");
  store_.state->check(0);
}

TEST_F(Semantics, ManyTransactionsLeaveFewFiles) {
  for (std::uint64_t i = 0; i < 1500; ++i) {
    store_.put(row_key("", i % 100), row_value(i));
  }
  const auto files =
      std::distance(std::filesystem::directory_iterator(dir_.path / "store" / "db"), {});
  EXPECT_LT(files, 20);
}

}  // namespace
}  // namespace gantry::state_leveldb
