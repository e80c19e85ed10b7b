// SPDX-License-Identifier: Apache-2.0
//
// For readers that want a file: a folder that goes with its owner.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "sdk/support/files.h"

namespace gantry::fuzz {

class Scratch {
 public:
  Scratch()
      : folder_(make_temp_directory(std::filesystem::temp_directory_path() /
                                    "gantry-fuzz-XXXXXX")) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path with(const std::string& name,
                                           const std::string& text) const {
    write_file(folder_ / name, text, 0600);
    return folder_ / name;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace gantry::fuzz
