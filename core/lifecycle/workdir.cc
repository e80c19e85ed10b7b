// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/workdir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/lifecycle/user_namespace.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

bool is_below_a_mount(const model::ContainerConfig& config, const std::string& path) {
  return std::any_of(config.mounts.begin(), config.mounts.end(), [&](const auto& mount) {
    return path == mount.destination || path.starts_with(mount.destination + "/");
  });
}

UniqueFd open_folder(int root, const fs::path& path) {
  return open_in_root(root, path, O_PATH | O_DIRECTORY);
}

// Name by name, each looked up from the root, so that no link leads out of it.
void make_folders(int root, const fs::path& path, model::Owner owner) {
  fs::path done = "/";
  UniqueFd parent = open_folder(root, done);
  for (const fs::path& name : path.relative_path()) {
    done /= name;
    if (::mkdirat(parent.get(), name.c_str(), 0755) == 0) {
      if (::fchownat(parent.get(), name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) !=
          0) {
        throw errno_error(errno, "set the owner of the working directory " + done.string());
      }
    } else if (errno != EEXIST) {
      throw errno_error(errno, "make the working directory " + done.string());
    }
    parent = open_folder(root, done);
  }
}

}  // namespace

void settle_workdir(int root, const model::ContainerConfig& config,
                    const spec::ResolvedUser& user) {
  std::string path = fs::path(config.process.workdir).lexically_normal();
  if (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  if (path == "/" || path.empty() || is_below_a_mount(config, path)) {
    return;
  }
  const std::string what = "workdir \"" + config.process.workdir + "\" ";
  try {
    (void)open_folder(root, path);
  } catch (const Error& e) {
    if (e.code() == Code::kInvalid) {
      throw Error(Code::kInvalid,
                  what + "exists on container " + config.id + ", but is not a directory");
    }
    if (e.code() != Code::kNotFound) {
      throw;
    }
    if (config.process.workdir_asked) {
      throw Error(Code::kNotFound, what + "does not exist on container " + config.id);
    }
    make_folders(root, path, host_owner(config, user.uid, user.gid));
  }
}

}  // namespace gantry::lifecycle
