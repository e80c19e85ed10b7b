// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/duration.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

using std::chrono::nanoseconds;

TEST(Duration, IsReadAsGoWritesIt) {
  EXPECT_EQ(parse_duration("0"), nanoseconds(0));
  EXPECT_EQ(parse_duration("10s"), nanoseconds(10'000'000'000));
  EXPECT_EQ(parse_duration("1m30s"), nanoseconds(90'000'000'000));
  EXPECT_EQ(parse_duration("1.5h"), nanoseconds(5'400'000'000'000));
  EXPECT_EQ(parse_duration("250ms"), nanoseconds(250'000'000));
  EXPECT_EQ(parse_duration("-1s"), nanoseconds(-1'000'000'000));
  for (const char* wrong : {"", "5", "s", "1x", "1s1", "1m 2s"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace gantry
