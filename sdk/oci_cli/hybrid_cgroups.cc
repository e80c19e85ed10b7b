// SPDX-License-Identifier: Apache-2.0
#include "sdk/oci_cli/hybrid_cgroups.h"

#include <algorithm>

#include "sdk/support/files.h"

namespace gantry::oci_cli {

namespace {

struct MountLine {
  std::string id;
  std::string parent;
  std::string point;
  std::string type;
};

// proc(5) writes space, tab, newline and backslash as \ooo.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                  (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// "22 27 0:21 / /proc rw,relatime shared:1 - proc proc rw"
MountLine parse(std::string_view line) {
  MountLine mount;
  mount.id = next_word(line);
  mount.parent = next_word(line);
  (void)next_word(line);  // device
  (void)next_word(line);  // root
  mount.point = unescaped(next_word(line));
  while (!line.empty() && next_word(line) != "-") {
  }
  mount.type = next_word(line);
  return mount;
}

}  // namespace

std::vector<std::string> hybrid_cgroup_mounts(
    std::string_view mountinfo,
    const std::function<std::string(const std::string&)>& controllers) {
  std::vector<MountLine> mounts;
  while (!mountinfo.empty()) {
    const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    mounts.push_back(parse(mountinfo.substr(0, end)));
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
  }
  std::vector<std::string> found;
  for (const MountLine& mount : mounts) {
    if (mount.type != "cgroup2") {
      continue;
    }
    const bool below_tmpfs =
        std::any_of(mounts.begin(), mounts.end(), [&](const MountLine& other) {
          return other.id == mount.parent && other.type == "tmpfs";
        });
    if (below_tmpfs && controllers(mount.point).find_first_not_of(" \n") != std::string::npos) {
      found.push_back(mount.point);
    }
  }
  return found;
}

std::vector<std::string> hybrid_cgroup_mounts() {
  return hybrid_cgroup_mounts(read_file("/proc/self/mountinfo"), [](const std::string& point) {
    return read_file_if_exists(point + "/cgroup.controllers").value_or("");
  });
}

}  // namespace gantry::oci_cli
