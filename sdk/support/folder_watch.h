// SPDX-License-Identifier: Apache-2.0
//
// Tells when something in a folder was written, made, renamed or removed. Set up before the
// first look, it misses nothing. Owned by one thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "sdk/support/unique_fd.h"

namespace gantry {

class FolderWatch {
 public:
  FolderWatch();
  // kNotFound when there is no such folder. A folder added twice is watched once.
  void add(const std::filesystem::path& folder);
  // Readable when something happened; drain() before looking.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  void drain() const noexcept;
  // Waits for the next change and drains; false when the time is over first. No timeout: for
  // ever.
  bool wait(std::optional<std::chrono::milliseconds> timeout) const;

 private:
  UniqueFd fd_;
};

}  // namespace gantry
