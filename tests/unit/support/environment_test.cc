// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "sdk/support/subprocess.h"

namespace gantry {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

class Environment : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("GANTRY_TEST_ONE", "old", 1);
    ::setenv("GANTRY_TEST_ONES", "other", 1);
  }
  void TearDown() override {
    ::unsetenv("GANTRY_TEST_ONE");
    ::unsetenv("GANTRY_TEST_ONES");
  }
};

TEST_F(Environment, WhatIsAddedWins) {
  EXPECT_THAT(environment_with({"GANTRY_TEST_ONE=new", "GANTRY_TEST_TWO=2"}),
              AllOf(IsSupersetOf(
                        {"GANTRY_TEST_ONE=new", "GANTRY_TEST_TWO=2", "GANTRY_TEST_ONES=other"}),
                    Not(Contains("GANTRY_TEST_ONE=old"))));
}

TEST_F(Environment, WhatIsLeftOutMayBeAdded) {
  EXPECT_THAT(environment_with({"GANTRY_TEST_ONES=mine"}, "GANTRY_TEST_"),
              AllOf(Contains("GANTRY_TEST_ONES=mine"), Not(Contains("GANTRY_TEST_ONE=old"))));
}

}  // namespace
}  // namespace gantry
