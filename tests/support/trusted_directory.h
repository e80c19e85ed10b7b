// SPDX-License-Identifier: Apache-2.0
//
// A temporary folder that plug-ins may be loaded from, removed with its owner. /tmp will not
// do: others can write there.
#pragma once

#include <gantry/error.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/host/trust.h"
#include "sdk/support/files.h"

namespace gantry::testing {

class TrustedDirectory {
 public:
  TrustedDirectory() {
    const char* home = std::getenv("HOME");
    std::vector<std::filesystem::path> candidates{std::filesystem::current_path()};
    if (home != nullptr) {
      candidates.emplace_back(home);
    }
    for (const char* usual : {"/run", "/var/lib", "/root"}) {
      candidates.emplace_back(usual);
    }
    std::string reasons;
    for (const std::filesystem::path& candidate : candidates) {
      try {
        (void)host::check_trusted(candidate / ".");
        path_ = make_temp_directory(candidate / "gantry-test-XXXXXX");
        return;
      } catch (const Error& e) {
        reasons += std::string("\n") + e.what();
      }
    }
    throw Error(Code::kPermission, "no folder to keep trusted plug-ins in:" + reasons);
  }
  TrustedDirectory(const TrustedDirectory&) = delete;
  TrustedDirectory& operator=(const TrustedDirectory&) = delete;
  ~TrustedDirectory() {
    try {
      remove_tree(path_);
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // A copy of file in this folder, for loading.
  std::filesystem::path add(const std::filesystem::path& file, const std::string& name = "") {
    const std::filesystem::path to = path_ / (name.empty() ? file.filename().string() : name);
    std::filesystem::copy_file(file, to);
    std::filesystem::permissions(to, std::filesystem::perms(0755));
    return to;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace gantry::testing
