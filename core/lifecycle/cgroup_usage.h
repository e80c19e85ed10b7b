// SPDX-License-Identifier: Apache-2.0
//
// What the kernel counts for a process's cgroup, of either version or the mixture of both.
// Reads /proc and the cgroup file systems; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace gantry::lifecycle {

struct CgroupUsage {
  std::uint64_t cpu_ns = 0;
  std::uint64_t memory = 0;        // bytes
  std::uint64_t memory_limit = 0;  // never above what the machine has
  std::uint64_t read_bytes = 0;    // of block devices
  std::uint64_t written_bytes = 0;
  std::uint64_t processes = 0;
};

// kNotFound when the process is gone.
[[nodiscard]] CgroupUsage cgroup_usage_of(int pid);
// A controller that is not there counts nothing.
[[nodiscard]] CgroupUsage cgroup_usage(
    const std::map<std::string, std::filesystem::path>& folders);

}  // namespace gantry::lifecycle
