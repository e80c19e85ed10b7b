// SPDX-License-Identifier: Apache-2.0
//
// The tests, and the child that verify() runs of this same program.
#include <gtest/gtest.h>

#include <string_view>

#include "core/host/verify.h"

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == gantry::host::kVerifyChildWords[0] &&
      std::string_view(argv[2]) == gantry::host::kVerifyChildWords[1]) {
    return gantry::host::verify_in_child(argv[3]);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
