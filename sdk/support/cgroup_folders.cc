// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/cgroup_folders.h"

#include <algorithm>
#include <sstream>
#include <vector>

namespace gantry {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> words_of(const std::string& line, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; std::getline(stream, word, separator);) {
    words.push_back(word);
  }
  return words;
}

// Mount point of each controller, and of version 2 under "".
std::map<std::string, fs::path> cgroup_mounts(std::string_view mountinfo) {
  std::map<std::string, fs::path> mounts;
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> fields = words_of(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() < 5 || fields.end() - dash < 4) {
      continue;
    }
    if (dash[1] == "cgroup2") {
      mounts.try_emplace("", fields[4]);
    } else if (dash[1] == "cgroup") {
      for (const std::string& controller : words_of(dash[3], ',')) {
        mounts.try_emplace(controller, fields[4]);
      }
    }
  }
  return mounts;
}

}  // namespace

std::map<std::string, fs::path> cgroup_folders(std::string_view cgroup,
                                               std::string_view mountinfo) {
  const std::map<std::string, fs::path> mounts = cgroup_mounts(mountinfo);
  std::map<std::string, fs::path> folders;
  std::istringstream lines{std::string(cgroup)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::vector<std::string> names = words_of(controllers, ',');
    if (names.empty()) {
      names.emplace_back();
    }
    for (const std::string& name : names) {
      if (const auto mount = mounts.find(name); mount != mounts.end()) {
        folders[name] = mount->second / fs::path(line.substr(second + 1)).relative_path();
      }
    }
  }
  return folders;
}

}  // namespace gantry
