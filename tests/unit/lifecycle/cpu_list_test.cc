// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/cpu_list.h"

#include <gtest/gtest.h>

#include <gantry/error.hpp>

namespace gantry::lifecycle {
namespace {

TEST(CpuList, EveryNumberMustBeThere) {
  EXPECT_TRUE(is_within("0", "0-3\n"));
  EXPECT_TRUE(is_within("0-1,3", "0-3\n"));
  EXPECT_TRUE(is_within("2,4-5", "0-2,4-7\n"));
  EXPECT_FALSE(is_within("4", "0-3\n"));
  EXPECT_FALSE(is_within("2-4", "0-2,4\n"));
  EXPECT_FALSE(is_within("99", "0-1\n"));
}

TEST(CpuList, OtherWordsAreRefused) {
  for (const char* text : {"x", "1-", "-1", "1,,2", "1 2", "0x1"}) {
    EXPECT_THROW((void)is_within(text, "0-3"), Error) << text;
  }
}

}  // namespace
}  // namespace gantry::lifecycle
