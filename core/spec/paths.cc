// SPDX-License-Identifier: Apache-2.0
#include <fnmatch.h>

#include <algorithm>
#include <iterator>

#include "core/spec/contributors.h"

namespace gantry::spec {

namespace {

// What leaks facts about the host or lets the container change them; podman 4.3's lists,
// and one that a later advisory added (powercap).
constexpr const char* kMasked[] = {
    "/proc/acpi",          "/proc/kcore",      "/proc/keys",
    "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
    "/proc/sched_debug",   "/proc/scsi",       "/sys/firmware",
    "/sys/fs/selinux",     "/sys/dev/block",   "/sys/devices/virtual/powercap"};
constexpr const char* kReadOnly[] = {"/proc/asound", "/proc/bus", "/proc/fs",
                                     "/proc/irq",    "/proc/sys", "/proc/sysrq-trigger"};

// "a:b" holds two paths.
std::vector<std::string> split(const std::vector<std::string>& given) {
  std::vector<std::string> paths;
  for (const std::string& text : given) {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find(':', at), text.size());
      if (end > at) {
        paths.push_back(text.substr(at, end - at));
      }
      at = end + 1;
    }
  }
  return paths;
}

bool is_unmasked(const std::vector<std::string>& unmask, const std::string& path) {
  return std::any_of(unmask.begin(), unmask.end(), [&](const std::string& pattern) {
    return pattern == "ALL" || pattern == "all" ||
           ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
  });
}

}  // namespace

void add_paths(const SpecInput& input, Json& spec) {
  const model::SecurityConfig& security = input.config.security;
  std::vector<std::string> masked;
  std::vector<std::string> read_only;
  if (!security.privileged) {
    const std::vector<std::string> unmask = split(security.unmask);
    const auto wanted = [&](const char* path) { return !is_unmasked(unmask, path); };
    std::copy_if(std::begin(kMasked), std::end(kMasked), std::back_inserter(masked), wanted);
    std::copy_if(std::begin(kReadOnly), std::end(kReadOnly), std::back_inserter(read_only),
                 wanted);
    for (const std::string& path : split(security.mask)) {
      masked.push_back(path);
    }
  }
  spec["linux"]["maskedPaths"] = masked;
  spec["linux"]["readonlyPaths"] = read_only;
}

}  // namespace gantry::spec
