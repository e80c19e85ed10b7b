// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/user_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <gantry/error.hpp>
#include <optional>

#include "core/lifecycle/user_namespace.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

// No link is on the way: the runtime would follow it to where something else may be mounted.
bool is_of_type(int root, const std::string& path, mode_t type) {
  try {
    const UniqueFd fd = open_in_root(root, path, O_PATH | O_NOFOLLOW);
    struct stat info {};
    return ::fstat(fd.get(), &info) == 0 && (info.st_mode & S_IFMT) == type;
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return false;
    }
    throw;
  }
}

bool is_covered(const std::string& path, const std::vector<spec::ResolvedMount>& mounts) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const spec::ResolvedMount& mount) {
    const std::string relative =
        fs::path(path).lexically_relative(fs::path(mount.destination).lexically_normal());
    return !relative.empty() && !relative.starts_with("..");
  });
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// Whether a line's third field is this number, as in passwd(5) and group(5).
bool has_id(const std::string& file, const std::string& id) {
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string line = file.substr(at, end - at);
    at = end + 1;
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second != std::string::npos &&
        line.substr(second + 1, line.find(':', second + 1) - second - 1) == id) {
      return true;
    }
  }
  return false;
}

std::string passwd_line(const model::ContainerConfig& config, const spec::ResolvedUser& user) {
  const std::string& workdir = config.process.workdir;
  const bool plain = !workdir.empty() && workdir.find_first_of(":\n") == std::string::npos;
  const std::string uid = std::to_string(user.uid);
  return uid + ":*:" + uid + ":" + std::to_string(user.gid) +
         ":container user:" + (plain ? workdir : "/") + ":/bin/sh\n";
}

}  // namespace

std::map<std::string, std::string> write_user_files(
    int root, const model::ContainerConfig& config, const spec::ResolvedUser& user,
    const std::vector<spec::ResolvedMount>& mounts, const fs::path& folder) {
  const std::string& asked = config.process.user;
  const std::size_t colon = std::min(asked.find(':'), asked.size());
  const std::string name = asked.substr(0, colon);
  const std::string group = asked.substr(std::min(colon + 1, asked.size()));
  std::map<std::string, std::string> files;
  const auto settle = [&](const char* leaf, const std::string& id, const std::string& line) {
    const std::string path = std::string("/etc/") + leaf;
    remove_file(folder / leaf);
    if (line.empty() || is_covered(path, mounts) || !is_of_type(root, "/etc", S_IFDIR) ||
        !is_of_type(root, path, S_IFREG)) {
      return;
    }
    std::string text = read_regular_in_root(root, path).value_or("");
    if (has_id(text, id)) {
      return;
    }
    text += (text.empty() || text.ends_with('\n') ? "" : "\n") + line;
    write_file(folder / leaf, text, 0644);
    give_to_container(config, folder / leaf);
    files[path] = folder / leaf;
  };
  const std::string gid = std::to_string(user.gid);
  settle("passwd", std::to_string(user.uid),
         is_number(name) && user.name.empty() ? passwd_line(config, user) : "");
  settle("group", gid,
         is_number(group)
             ? gid + ":x:" + gid + ":" +
                   (user.name.empty() ? std::to_string(user.uid) : user.name) + "\n"
             : "");
  return files;
}

}  // namespace gantry::lifecycle
