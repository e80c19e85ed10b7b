// SPDX-License-Identifier: Apache-2.0
//
// Values: what a configuration must respect about the machine it will run on. A test writes
// them by hand; probe_host reads them once per start, from files that cost no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gantry::spec {

enum class CgroupMode { kV1, kHybrid, kUnified };

struct Rlimit {
  std::uint64_t soft = 0;  // UINT64_MAX: unlimited
  std::uint64_t hard = 0;
};

// A device node, as lstat tells.
struct DeviceNode {
  std::string path;
  char type = 'c';  // c or b
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t mode = 0666;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

struct HostFacts {
  CgroupMode cgroups = CgroupMode::kUnified;
  std::set<std::string> controllers;      // memory, cpu, pids, …; v1: those mounted
  std::map<std::string, Rlimit> rlimits;  // "nofile" -> this process's limits
  bool can_raise_rlimits = true;          // CAP_SYS_RESOURCE
  bool rootless = false;
  bool seccomp = true;  // the kernel can filter
  bool selinux = false;
  bool apparmor = false;
  int last_capability = 40;
  std::uint64_t held_capabilities = ~0ULL;  // this process's bounding set, by number
  std::string machine = "x86_64";           // uname -m
  unsigned kernel_major = 5;
  unsigned kernel_minor = 0;
  std::string hostname;
  bool swap_accounting = true;  // memory + swap can be limited
  bool blkio_weight = true;
  bool mqueue = true;  // mounted at /dev/mqueue
};

[[nodiscard]] HostFacts probe_host();

// The device nodes at or below path, sorted, without those that each container has of its
// own (console, pts, shm, mqueue). kNotFound names path when it does not exist.
[[nodiscard]] std::vector<DeviceNode> devices_at(const std::string& path);

}  // namespace gantry::spec
