// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/mount_holders.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <gantry/error.hpp>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

constexpr std::size_t kMostNamed = 5;

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder ||
         (path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
          path[folder.size()] == '/');
}

std::string link_target(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t n = ::readlink(link.c_str(), target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : std::string();
}

template <typename Visit>
void for_each_name(const std::string& folder, const Visit& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
  while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
    visit(std::string(entry->d_name));
  }
}

void find_submounts(const std::string& path, std::vector<std::string>& found) {
  std::istringstream lines(read_file_if_exists("/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(lines, line) && found.size() < kMostNamed;) {
    std::istringstream words(line);
    std::string point;
    for (int i = 0; i < 5; ++i) {
      words >> point;
    }
    if (point != path && is_below(point, path)) {
      found.push_back(point + " is mounted below it");
    }
  }
}

// How a process holds path; empty when it does not.
std::string hold_of(const std::string& process, const std::string& path) {
  for (const auto& [link, words] :
       {std::pair("cwd", " works in "), std::pair("root", " has its root in "),
        std::pair("exe", " runs from ")}) {
    const std::string target = link_target(process + "/" + link);
    if (is_below(target, path)) {
      return words + target;
    }
  }
  std::string held;
  for_each_name(process + "/fd", [&](const std::string& fd) {
    const std::string target = held.empty() ? link_target(process + "/fd/" + fd) : "";
    if (is_below(target, path)) {
      held = " has " + target + " open";
    }
  });
  return held;
}

std::string name_of(const std::string& process) {
  try {
    const std::string name = read_file_if_exists(process + "/comm").value_or("?");
    return name.substr(0, name.find('\n'));
  } catch (const Error&) {
    return "?";  // it has just ended
  }
}

void find_processes(const std::string& path, std::vector<std::string>& found) {
  for_each_name("/proc", [&](const std::string& name) {
    if (name.find_first_not_of("0123456789") != std::string::npos ||
        found.size() >= kMostNamed) {
      return;
    }
    const std::string process = "/proc/" + name;
    const std::string hold = hold_of(process, path);
    if (!hold.empty()) {
      found.push_back("process " + name + " (" + name_of(process) + ")" + hold);
    }
  });
}

}  // namespace

std::string mount_holders(const std::string& path) {
  std::vector<std::string> found;
  find_submounts(path, found);
  find_processes(path, found);
  std::string text;
  for (const std::string& holder : found) {
    text += (text.empty() ? "" : "; ") + holder;
  }
  return text;
}

}  // namespace gantry::storage_overlay
