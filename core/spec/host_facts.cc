// SPDX-License-Identifier: Apache-2.0
#include "core/spec/host_facts.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <gantry/error.hpp>

#include "sdk/support/files.h"

namespace gantry::spec {

namespace {

constexpr const char* kCgroupRoot = "/sys/fs/cgroup";
constexpr unsigned long kCgroup2Magic = 0x63677270;

bool is_cgroup2(const std::string& path) {
  struct statfs fs {};
  return ::statfs(path.c_str(), &fs) == 0 &&
         static_cast<unsigned long>(fs.f_type) == kCgroup2Magic;
}

void add_words(const std::string& text, const char* separators, std::set<std::string>& to) {
  std::size_t at = 0;
  while ((at = text.find_first_not_of(separators, at)) != std::string::npos) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    to.insert(text.substr(at, end - at));
    at = end;
  }
}

// /proc/self/cgroup has a line "number:controllers:path" for each v1 hierarchy.
void add_v1_controllers(const std::string& text, std::set<std::string>& to) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t first = text.find(':', at);
    const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
    if (second != std::string::npos && second < end) {
      add_words(text.substr(first + 1, second - first - 1), ",", to);
    }
    at = end + 1;
  }
}

void probe_cgroups(HostFacts& facts) {
  const std::string root = kCgroupRoot;
  if (is_cgroup2(root)) {
    facts.cgroups = CgroupMode::kUnified;
    add_words(read_file_if_exists(root + "/cgroup.controllers").value_or(""), " \n",
              facts.controllers);
    return;
  }
  facts.cgroups = is_cgroup2(root + "/unified") ? CgroupMode::kHybrid : CgroupMode::kV1;
  add_v1_controllers(read_file_if_exists("/proc/self/cgroup").value_or(""), facts.controllers);
  facts.swap_accounting = exists(root + "/memory/memory.memsw.limit_in_bytes");
  facts.blkio_weight =
      exists(root + "/blkio/blkio.weight") || exists(root + "/blkio/blkio.bfq.weight");
}

void probe_rlimits(HostFacts& facts) {
  constexpr std::pair<const char*, __rlimit_resource> kLimits[] = {
      {"as", RLIMIT_AS},
      {"core", RLIMIT_CORE},
      {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},
      {"fsize", RLIMIT_FSIZE},
      {"locks", RLIMIT_LOCKS},
      {"memlock", RLIMIT_MEMLOCK},
      {"msgqueue", RLIMIT_MSGQUEUE},
      {"nice", RLIMIT_NICE},
      {"nofile", RLIMIT_NOFILE},
      {"nproc", RLIMIT_NPROC},
      {"rss", RLIMIT_RSS},
      {"rtprio", RLIMIT_RTPRIO},
      {"rttime", RLIMIT_RTTIME},
      {"sigpending", RLIMIT_SIGPENDING},
      {"stack", RLIMIT_STACK}};
  for (const auto& [name, resource] : kLimits) {
    struct rlimit limit {};
    if (::getrlimit(resource, &limit) == 0) {
      facts.rlimits[name] = {limit.rlim_cur, limit.rlim_max};
    }
  }
}

void probe_capabilities(HostFacts& facts) {
  facts.held_capabilities = 0;
  for (int number = 0; number < 64; ++number) {
    const int held = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (held < 0) {
      break;  // beyond the last that this kernel knows
    }
    facts.last_capability = number;
    facts.held_capabilities |= static_cast<std::uint64_t>(held) << number;
  }
  facts.can_raise_rlimits = ((facts.held_capabilities >> CAP_SYS_RESOURCE) & 1U) != 0;
}

void probe_kernel(HostFacts& facts) {
  struct utsname name {};
  if (::uname(&name) == 0) {
    facts.machine = name.machine;
    facts.hostname = name.nodename;
    (void)std::sscanf(name.release, "%u.%u", &facts.kernel_major, &facts.kernel_minor);
  }
  facts.seccomp = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 || errno != EINVAL;
  facts.selinux = exists("/sys/fs/selinux/enforce");
  facts.apparmor = read_file_if_exists("/sys/module/apparmor/parameters/enabled")
                       .value_or("N")
                       .starts_with("Y");
  facts.rootless = ::geteuid() != 0;
  facts.mqueue = exists("/dev/mqueue");
}

void add_node(const std::string& path, const struct stat& st, std::vector<DeviceNode>& to) {
  if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
    to.push_back({path, S_ISCHR(st.st_mode) ? 'c' : 'b', major(st.st_rdev), minor(st.st_rdev),
                  st.st_mode & 07777U, st.st_uid, st.st_gid});
  }
}

// Devices that every container has of its own, and folders that are no devices.
bool is_own(const std::string& path) {
  constexpr const char* kOwn[] = {"/dev/pts",         "/dev/shm",     "/dev/fd",
                                  "/dev/mqueue",      "/dev/console", "/dev/.lxc",
                                  "/dev/.lxd-mounts", "/dev/.udev"};
  return std::any_of(std::begin(kOwn), std::end(kOwn),
                     [&](const char* own) { return path == own; });
}

void add_tree(const std::string& folder, std::vector<DeviceNode>& to) {
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
    const std::string path = item.path().string();
    struct stat st {};
    if (is_own(path) || ::lstat(path.c_str(), &st) != 0) {
      continue;
    }
    if (S_ISDIR(st.st_mode)) {
      add_tree(path, to);
    } else {
      add_node(path, st, to);
    }
  }
}

}  // namespace

HostFacts probe_host() {
  HostFacts facts;
  probe_cgroups(facts);
  probe_rlimits(facts);
  probe_capabilities(facts);
  probe_kernel(facts);
  return facts;
}

std::vector<DeviceNode> devices_at(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    throw Error(Code::kNotFound, "stat " + path + ": no such file or directory");
  }
  std::vector<DeviceNode> nodes;
  if (S_ISDIR(st.st_mode)) {
    add_tree(path, nodes);
    std::sort(nodes.begin(), nodes.end(),
              [](const DeviceNode& a, const DeviceNode& b) { return a.path < b.path; });
  } else {
    add_node(path, st, nodes);
  }
  return nodes;
}

}  // namespace gantry::spec
