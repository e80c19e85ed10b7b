// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/base64.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

TEST(Base64, IsPadded) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

}  // namespace
}  // namespace gantry
