// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/timestamp.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

TEST(Timestamp, ReadsAndWrites) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(parse_timestamp("1970-01-01T01:00:00.25+01:00"), 250'000'000);
  EXPECT_EQ(parse_timestamp("0001-01-01T00:00:00Z"), 0);
  EXPECT_GT(parse_timestamp("2261-12-31T23:59:60.999999999-23:59"), 0);
  for (const char* bad :
       {"", "now", "1970-01-01", "1970-01-01T00:00:00", "1970-1-1T0:0:0Z",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx", "2261-99-99T00:00:00Z",
        "1970-01-01T24:00:00Z", "2023-02-29T00:00:00Z", "1970-02-00T00:00:00Z",
        "1970-01-01T00:00:00+99:99"}) {
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
  }
  EXPECT_EQ(format_timestamp(1'704'164'645'500'000'000), "2024-01-02T03:04:05.5Z");
  EXPECT_EQ(parse_timestamp(format_timestamp(123'456'789)), 123'456'789);
}

}  // namespace
}  // namespace gantry
