// SPDX-License-Identifier: Apache-2.0
#include "cli/create/id_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <gantry/error.hpp>

#include "sdk/support/files.h"
#include "tests/unit/support/temp_folder.h"

namespace gantry::cli {
namespace {

using IdFileTest = TempFolder;

TEST_F(IdFileTest, HoldsTheId) {
  {
    IdFile file(folder / "cid");
    file.write("abc");
  }
  EXPECT_EQ(read_file(folder / "cid"), "abc");
}

TEST_F(IdFileTest, IsGoneWhenNoContainerCame) {
  { const IdFile file(folder / "cid"); }
  EXPECT_FALSE(gantry::exists(folder / "cid"));
}

TEST_F(IdFileTest, ExcludesASecondOneFromTheStart) {
  const IdFile file(folder / "cid");
  try {
    const IdFile second(folder / "cid");
    FAIL() << "two hold one file";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kExists);
    EXPECT_THAT(error.what(), testing::HasSubstr("container id file exists"));
  }
  EXPECT_TRUE(gantry::exists(folder / "cid"));
}

TEST_F(IdFileTest, AFolderThatIsMissingIsToldBeforeAnyContainerIsMade) {
  EXPECT_THROW(IdFile(folder / "nosuch" / "cid"), Error);
}

TEST_F(IdFileTest, NoNameIsNoFile) {
  IdFile file("");
  file.write("abc");
}

}  // namespace
}  // namespace gantry::cli
