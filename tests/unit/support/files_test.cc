// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/support/temp_folder.h"

namespace gantry {
namespace {

using Files = TempFolder;

TEST_F(Files, LeftoversOfAKilledWriterWithThisPidAreNoHindrance) {
  const std::string file = folder / "file";
  for (int i = 0; i < 100; ++i) {
    std::ofstream(file + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(i));
  }
  write_file(file, "whole");
  EXPECT_EQ(read_file(file), "whole");
}

}  // namespace
}  // namespace gantry
