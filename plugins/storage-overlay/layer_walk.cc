// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <vector>

#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

namespace {

std::vector<std::string> sorted_names(int folder, const std::string& shown) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(copy < 0 ? nullptr : ::fdopendir(copy),
                                                ::closedir);
  if (!dir) {
    throw errno_error(errno, "read folder /" + shown);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

UniqueFd open_below(int folder, const std::string& leaf) {
  return UniqueFd(folder < 0 ? -1
                             : ::openat(folder, leaf.c_str(),
                                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

class Walk {
 public:
  Walk(bool rootless, const std::function<bool(const WalkedFile&)>& visit)
      : rootless_(rootless), visit_(visit) {}

  // hidden: an opaque folder above hides what lies below.
  bool folder(int fd, int below, const std::string& path, bool hidden) {
    const std::vector<std::string> names = sorted_names(fd, path);
    std::vector<std::string> all = names;
    if (hidden && below >= 0) {
      const std::vector<std::string> lower = sorted_names(below, path);
      all.clear();
      std::set_union(names.begin(), names.end(), lower.begin(), lower.end(),
                     std::back_inserter(all));
    }
    for (const std::string& name : all) {
      if (!one(fd, below, path.empty() ? name : path + "/" + name, name, hidden)) {
        return false;
      }
    }
    return true;
  }

 private:
  bool one(int fd, int below, const std::string& path, const std::string& leaf, bool hidden) {
    WalkedFile file;
    file.path = path;
    file.leaf = leaf;
    file.folder = fd;
    file.below = below;
    file.exists_below =
        below >= 0 && ::fstatat(below, leaf.c_str(), &file.under, AT_SYMLINK_NOFOLLOW) == 0;
    file.folder_below = file.exists_below && S_ISDIR(file.under.st_mode);
    if (::fstatat(fd, leaf.c_str(), &file.st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) {
        throw errno_error(errno, "look at /" + path);
      }
      file.gone = true;
      return !(hidden && file.exists_below) || visit_(file);
    }
    if (!S_ISDIR(file.st.st_mode)) {
      file.whiteout = S_ISCHR(file.st.st_mode) && file.st.st_rdev == 0;
      return visit_(file);
    }
    file.opaque = read_xattr(path_at(fd, leaf), opaque_xattr(rootless_)) == "y";
    if (!visit_(file)) {
      return false;
    }
    const UniqueFd inner(
        ::openat(fd, leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) {
      if (errno == ENOENT) {
        return true;  // the container has just removed it
      }
      throw errno_error(errno, "open folder /" + path);
    }
    const UniqueFd under_inner = open_below(below, leaf);
    return folder(inner.get(), under_inner.get(), path, hidden || file.opaque);
  }

  bool rootless_;
  const std::function<bool(const WalkedFile&)>& visit_;
};

}  // namespace

void walk_layer(const std::string& layer_folder, int parents_fd, bool rootless,
                const std::function<bool(const WalkedFile&)>& visit) {
  const UniqueFd root = open_file(layer_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  WalkedFile file;
  file.folder = root.get();
  if (::fstat(root.get(), &file.st) != 0) {
    throw errno_error(errno, "look at " + layer_folder);
  }
  file.opaque = read_xattr(layer_folder, opaque_xattr(rootless)) == "y";
  file.exists_below = file.folder_below = parents_fd >= 0;
  if (visit(file)) {
    (void)Walk(rootless, visit).folder(root.get(), parents_fd, "", file.opaque);
  }
}

}  // namespace gantry::storage_overlay
