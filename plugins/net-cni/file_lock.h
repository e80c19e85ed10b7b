// SPDX-License-Identifier: Apache-2.0
//
// A lock between processes and threads, exclusive or shared, held as long as the object lives
// and dropped by the kernel when the holder dies. Every holder's work is bounded (its programs
// have time-outs), and so is the wait.
#pragma once

#include <filesystem>

#include "sdk/support/unique_fd.h"

namespace gantry::net_cni {

class FileLock {
 public:
  enum class Mode { kExclusive, kShared };
  // Makes the file when it is missing; its folder must exist.
  explicit FileLock(const std::filesystem::path& path, Mode mode = Mode::kExclusive);

 private:
  UniqueFd fd_;
};

}  // namespace gantry::net_cni
