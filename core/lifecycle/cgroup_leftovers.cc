// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/cgroup_leftovers.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/log/log.h"
#include "sdk/support/unique_fd.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRoot = "/sys/fs/cgroup";
constexpr int kEndPatienceMs = 2000;

// The folder itself and all below it, deepest first.
std::vector<fs::path> folders_of(const fs::path& top) {
  std::vector<fs::path> folders{top};
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(top, none)) {
    if (entry.is_directory(none)) {
      folders.push_back(entry.path());
    }
  }
  std::reverse(folders.begin(), folders.end());
  return folders;
}

void end_processes(const fs::path& folder) {
  std::vector<UniqueFd> ending;
  std::ifstream pids(folder / "cgroup.procs");
  for (int pid = 0; pids >> pid;) {
    UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process) {
      (void)::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
      ending.push_back(std::move(process));
    }
  }
  // A frozen process does not die.
  std::ofstream(folder / "freezer.state") << "THAWED";
  for (const UniqueFd& process : ending) {
    pollfd item{process.get(), POLLIN, 0};
    (void)::poll(&item, 1, kEndPatienceMs);
  }
}

// The unified one is the root itself, or with version 1 one of its folders.
std::vector<fs::path> hierarchies() {
  std::vector<fs::path> roots{kRoot};
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(kRoot, none)) {
    if (entry.is_directory(none) && !entry.is_symlink(none)) {
      roots.push_back(entry.path());
    }
  }
  return roots;
}

void remove_tree_of(const fs::path& top) {
  for (const fs::path& folder : folders_of(top)) {
    end_processes(folder);
    if (::rmdir(folder.c_str()) != 0 && errno != ENOENT) {
      log::warning("ignoring that cgroup " + folder.string() +
                   " is left: " + std::strerror(errno));
    }
  }
}

}  // namespace

std::string cgroups_path(const model::ContainerConfig& config) {
  if (config.cgroups == "disabled") {
    return {};
  }
  const std::string parent =
      config.cgroup_parent.empty() ? kCgroupParent : config.cgroup_parent;
  return (parent.front() == '/' ? parent : "/" + parent) + "/" + config.id;
}

std::set<std::string> cgroups_below(const std::string& parent) {
  std::set<std::string> names;
  for (const fs::path& root : hierarchies()) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(root.string() + parent, none)) {
      if (entry.is_directory(none)) {
        names.insert(entry.path().filename());
      }
    }
  }
  return names;
}

void remove_cgroups(const std::string& path) noexcept {
  if (path.empty()) {
    return;
  }
  try {
    for (const fs::path& root : hierarchies()) {
      std::error_code none;
      if (const fs::path top = root.string() + path; fs::is_directory(top, none)) {
        remove_tree_of(top);
      }
    }
  } catch (const std::exception& e) {
    log::warning("ignoring that cgroups at " + path + " may be left: " + e.what());
  }
}

}  // namespace gantry::lifecycle
