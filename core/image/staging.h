// SPDX-License-Identifier: Apache-2.0
//
// A private folder for one pull. Its owner holds a lock on it, so that what a dead process
// left can be told from what a living one uses.
#pragma once

#include <filesystem>

#include "sdk/support/unique_fd.h"

namespace gantry::image {

class Staging {
 public:
  // Below tmp, which is made if missing.
  explicit Staging(const std::filesystem::path& tmp);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();  // removes it

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
};

// Removes the folders of processes that died. What cannot be removed stays.
void drop_stale_staging(const std::filesystem::path& tmp) noexcept;

}  // namespace gantry::image
