// SPDX-License-Identifier: Apache-2.0
//
// An exclusive lock between processes and threads, held as long as the object lives and
// dropped by the kernel when the holder dies. Every holder's work is bounded (its programs
// have time-outs), and so is the wait.
#pragma once

#include <filesystem>

#include "sdk/support/unique_fd.h"

namespace gantry::net_cni {

class FileLock {
 public:
  // Makes the file when it is missing; its folder must exist.
  explicit FileLock(const std::filesystem::path& path);

 private:
  UniqueFd fd_;
};

}  // namespace gantry::net_cni
