// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/file_capability.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

// cap_net_raw, effective; as on disk.
const std::string kOfTheHost("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
const std::string kOfANamespace("\1\0\0\3\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xa0\x86\1\0", 24);

TEST(FileCapability, IsBoundToARootAndBack) {
  EXPECT_EQ(capability_for_root(kOfTheHost, 100000), kOfANamespace);
  EXPECT_EQ(capability_without_root(kOfANamespace, 100000), kOfTheHost);
}

TEST(FileCapability, OfOthersStaysAsItIs) {
  EXPECT_EQ(capability_for_root(kOfTheHost, 0), kOfTheHost);
  EXPECT_EQ(capability_for_root(kOfANamespace, 5), kOfANamespace);
  EXPECT_EQ(capability_without_root(kOfANamespace, 5), kOfANamespace);
  EXPECT_EQ(capability_without_root(kOfTheHost, 0), kOfTheHost);
  for (const std::string& broken : {std::string(), std::string("x"), std::string(24, 'x')}) {
    EXPECT_EQ(capability_for_root(broken, 100000), broken);
    EXPECT_EQ(capability_without_root(broken, 100000), broken);
  }
}

}  // namespace
}  // namespace gantry
