// SPDX-License-Identifier: Apache-2.0
//
// A test with an empty folder, removed afterwards.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "sdk/support/files.h"

namespace gantry {

class TempFolder : public testing::Test {
 public:
  explicit TempFolder(
      const std::filesystem::path& base = std::filesystem::temp_directory_path())
      : folder(make_temp_directory(base / "gantry-test-XXXXXX")) {}
  ~TempFolder() override {
    try {
      remove_tree(folder);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }

 protected:
  const std::filesystem::path folder;
};

}  // namespace gantry
