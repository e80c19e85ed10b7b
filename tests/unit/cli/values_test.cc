// SPDX-License-Identifier: Apache-2.0
#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gantry::cli {
namespace {

using testing::ElementsAre;

TEST(Values, ReadsSizes) {
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_size("2048"), 2048);
  EXPECT_EQ(parse_size("10b"), 10);
  EXPECT_EQ(parse_size("64m"), 64LL << 20);
  EXPECT_EQ(parse_size("64MB"), 64LL << 20);
  EXPECT_EQ(parse_size("1.5g"), 3LL << 29);
  EXPECT_EQ(parse_size("1 GiB"), 1LL << 30);
  EXPECT_EQ(parse_size("2T"), 2LL << 40);
  for (const char* wrong : {"", "x", "m", "-1", "1x", "1mm", "1bb", "1 m m", "99999999999g"}) {
    EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
  }
}

TEST(Values, ReadsNumbers) {
  EXPECT_EQ(parse_int("-5"), -5);
  EXPECT_EQ(parse_int("+5"), 5);
  EXPECT_EQ(parse_int("+-5"), std::nullopt);
  EXPECT_EQ(parse_int("5x"), std::nullopt);
  EXPECT_EQ(parse_int(""), std::nullopt);
  EXPECT_EQ(parse_uint("-5"), std::nullopt);
  EXPECT_EQ(parse_uint("99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_float("0.5"), 0.5);
  EXPECT_EQ(parse_bool("T"), true);
  EXPECT_EQ(parse_bool("False"), false);
  EXPECT_EQ(parse_bool("yes"), std::nullopt);
}

TEST(Values, ReadsTimes) {
  constexpr std::int64_t kNow = 2'000'000'000LL * 1'000'000'000;
  EXPECT_EQ(parse_time("1700000000", kNow), 1'700'000'000'000'000'000);
  EXPECT_EQ(parse_time("1700000000.25", kNow), 1'700'000'000'250'000'000);
  EXPECT_EQ(parse_time("10m", kNow), kNow - 600'000'000'000);
  EXPECT_EQ(parse_time("2023-11-14T22:13:20Z", kNow), 1'700'000'000'000'000'000);
  EXPECT_EQ(parse_time("2023-11-14T23:13:20.5+01:00", kNow), 1'700'000'000'500'000'000);
  EXPECT_TRUE(parse_time("2023-11-14", kNow).has_value());
  EXPECT_EQ(parse_time("yesterday", kNow), std::nullopt);
  EXPECT_EQ(parse_time("2324-01-31T12:00:00Z", kNow), std::nullopt);
  EXPECT_EQ(parse_time("-2562047h", kNow), std::nullopt);
  EXPECT_EQ(parse_time("", kNow), std::nullopt);
}

TEST(Values, SplitsLists) {
  EXPECT_THAT(*split_csv("a,b,,c"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(*split_csv("\"a,\"\"b\",c"), ElementsAre("a,\"b", "c"));
  EXPECT_EQ(split_csv("a\"b"), std::nullopt);
  EXPECT_EQ(split_csv("\"a\"b"), std::nullopt);
  EXPECT_THAT(split("a::b", ':'), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ':'), ElementsAre(""));
  EXPECT_EQ(join({"a", "a", "b"}, "-"), "a-a-b");
  EXPECT_EQ(cut("a=b=c", '=')->second, "b=c");
  EXPECT_EQ(cut("a", '='), std::nullopt);
}

}  // namespace
}  // namespace gantry::cli
