// SPDX-License-Identifier: Apache-2.0
#include "core/userns/allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <random>

#include "core/userns/auto_options.h"

namespace gantry::userns {
namespace {

using model::IdRange;
using model::IdRanges;
using testing::ElementsAre;
using testing::HasSubstr;

Pool pool(std::vector<HostRange> ranges) { return {std::move(ranges), "containers", "subuid"}; }

TEST(Allocation, TakesTheFirstGapThatIsLongEnough) {
  const Pool granted = pool({{1000, 2000}, {5000, 9000}});
  EXPECT_THAT(allocate(granted, 500, {}, {}), ElementsAre(IdRange{0, 1000, 500}));
  EXPECT_THAT(allocate(granted, 500, {}, {{0, 1000, 600}}), ElementsAre(IdRange{0, 5000, 500}));
  EXPECT_THAT(allocate(granted, 500, {}, {{0, 1200, 100}}), ElementsAre(IdRange{0, 1300, 500}));
  EXPECT_THAT(allocate(granted, 500, {}, {{0, 1500, 4}, {0, 900, 200}}),
              ElementsAre(IdRange{0, 5000, 500}))
      << "a mapping may begin outside of the pool";
}

TEST(Allocation, TakesPiecesWhenNoGapIsLongEnough) {
  const Pool granted = pool({{1000, 1010}, {2000, 2010}});
  EXPECT_THAT(allocate(granted, 15, {}, {}),
              ElementsAre(IdRange{0, 1000, 10}, IdRange{10, 2000, 5}));
  EXPECT_THAT(allocate(pool({{1000, 1010}, {1010, 1020}, {1005, 1015}}), 20, {}, {}),
              ElementsAre(IdRange{0, 1000, 20}))
      << "lines that touch or overlap are one range";
}

TEST(Allocation, LeavesRoomForWhatIsFixed) {
  const Pool granted = pool({{100000, 200000}});
  EXPECT_THAT(allocate(granted, 10, {{0, 0, 1}}, {}),
              ElementsAre(IdRange{1, 100000, 9}, IdRange{0, 0, 1}));
  EXPECT_THAT(allocate(granted, 10, {{3, 100000, 2}}, {}),
              ElementsAre(IdRange{0, 100002, 3}, IdRange{5, 100005, 5}, IdRange{3, 100000, 2}));
  EXPECT_THAT(allocate(granted, 1, {{0, 7, 1}}, {}), ElementsAre(IdRange{0, 7, 1}));
}

TEST(Allocation, SaysWhatIsMissing) {
  try {
    (void)allocate(pool({{1000, 2000}}), 600, {}, {{0, 1000, 500}});
    FAIL() << "there were not enough";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kNoSpace);
    EXPECT_THAT(e.what(), HasSubstr("could not find enough available IDs: --userns=auto needs "
                                    "600, and of the ranges of user containers in subuid 500 "
                                    "are free"));
  }
}

TEST(Allocation, GoesToTheLastId) {
  const auto granted =
      parse_subordinate_ids("containers:2147483647:2147483648\n", "containers", "", "subuid");
  ASSERT_EQ(granted.size(), 1U);
  const IdRanges all = allocate(pool(granted), 2147483647, {}, {});
  EXPECT_THAT(all, ElementsAre(IdRange{0, 2147483647, 2147483647}));
}

// Containers come and go; what the living have never overlaps, and all of the pool can be had.
TEST(Allocation, NeverOverlaps) {
  std::mt19937 random(7);
  const Pool granted = pool({{100, 400}, {1000, 1700}});
  std::vector<IdRanges> living;
  for (int round = 0; round < 2000; ++round) {
    if (!living.empty() && random() % 3 == 0) {
      living.erase(living.begin() + static_cast<std::ptrdiff_t>(random() % living.size()));
      continue;
    }
    IdRanges used;
    std::uint32_t count = 0;
    for (const IdRanges& ranges : living) {
      used.insert(used.end(), ranges.begin(), ranges.end());
    }
    for (const IdRange& range : used) {
      count += range.count;
    }
    const auto size = static_cast<std::uint32_t>(1 + random() % 200);
    if (count + size > 1000) {
      EXPECT_THROW((void)allocate(granted, size, {}, used), Error);
      continue;
    }
    living.push_back(allocate(granted, size, {}, used));
    used.insert(used.end(), living.back().begin(), living.back().end());
    std::vector<bool> taken(1700);
    for (const IdRange& range : used) {
      for (std::uint32_t id = range.host; id < range.host + range.count; ++id) {
        ASSERT_FALSE(taken.at(id)) << id << " was given twice";
        ASSERT_TRUE((id >= 100 && id < 400) || id >= 1000) << id << " was not granted";
        taken.at(id) = true;
      }
    }
  }
}

TEST(AutoOptions, AreParsedAsPodmanDoes) {
  EXPECT_EQ(parse_auto_options("").size, 0U);
  const AutoOptions options =
      parse_auto_options("size=8192,uidmapping=0:1:2,uidmapping=5:6:7,gidmapping=8:9:1");
  EXPECT_EQ(options.size, 8192U);
  EXPECT_THAT(options.fixed.uids, ElementsAre(IdRange{0, 1, 2}, IdRange{5, 6, 7}));
  EXPECT_THAT(options.fixed.gids, ElementsAre(IdRange{8, 9, 1}));
  const std::pair<const char*, const char*> kBad[] = {
      {"size", "invalid option specified: \"size\""},
      {"bogus=1", "unknown option specified: \"bogus\""},
      {"size=x", "size \"x\""},
      {"size=", "size \"\""},
      {"uidmapping=0:1", "UID setting is malformed"},
      {"gidmapping=0:1", "GID setting is malformed"}};
  for (const auto& [text, says] : kBad) {
    try {
      (void)parse_auto_options(text);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr(says));
    }
  }
}

}  // namespace
}  // namespace gantry::userns
