// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_walk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/folder_stack.h"

namespace gantry::storage_overlay {

namespace {

// A loop and not a recursion: a container decides how deep it goes.
class Walk {
 public:
  Walk(UniqueFd root, UniqueFd parents, bool rootless,
       const std::function<bool(const WalkedFile&)>& visit)
      : rootless_(rootless), visit_(visit), layer_(std::move(root)) {
    if (parents) {
      below_.emplace(std::move(parents));
    }
  }

  // hidden: the root is opaque.
  void run(bool hidden) {
    begin_folder(hidden, below_.has_value());
    while (!levels_.empty()) {
      Level& level = levels_.back();
      path_.resize(level.path_size);
      if (level.next == level.names.size()) {
        end_folder();
        continue;
      }
      const std::string leaf = std::move(level.names[level.next++]);
      path_ += (path_.empty() ? "" : "/") + leaf;
      if (!one(leaf, level.hidden, level.below)) {
        return;
      }
    }
  }

 private:
  struct Level {
    std::vector<std::string> names;
    std::size_t next = 0;
    std::size_t path_size = 0;
    bool hidden = false;  // an opaque folder above hides what lies below
    bool below = false;   // below_ has this folder too
  };

  void begin_folder(bool hidden, bool below) {
    Level level{entry_names(layer_.top(), "/" + path_), 0, path_.size(), hidden, below};
    if (hidden && below) {
      const std::vector<std::string> lower = entry_names(below_->top(), "/" + path_);
      std::vector<std::string> all;
      std::set_union(level.names.begin(), level.names.end(), lower.begin(), lower.end(),
                     std::back_inserter(all));
      level.names = std::move(all);
    }
    levels_.push_back(std::move(level));
  }

  void end_folder() {
    const bool below = levels_.back().below;
    levels_.pop_back();
    if (levels_.empty()) {
      return;
    }
    layer_.leave();
    if (below) {
      below_->leave();
    }
  }

  bool one(const std::string& leaf, bool hidden, bool has_below) {
    WalkedFile file;
    file.path = path_;
    file.leaf = leaf;
    file.folder = layer_.top();
    file.below = has_below ? below_->top() : -1;
    file.exists_below =
        has_below && ::fstatat(file.below, leaf.c_str(), &file.under, AT_SYMLINK_NOFOLLOW) == 0;
    file.folder_below = file.exists_below && S_ISDIR(file.under.st_mode);
    if (::fstatat(file.folder, leaf.c_str(), &file.st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) {
        throw errno_error(errno, "look at /" + shown_path(path_));
      }
      file.gone = true;
      return !(hidden && file.exists_below) || visit_(file);
    }
    if (!S_ISDIR(file.st.st_mode)) {
      file.whiteout = S_ISCHR(file.st.st_mode) && file.st.st_rdev == 0;
      return visit_(file);
    }
    file.opaque = read_xattr(path_at(file.folder, leaf), opaque_xattr(rootless_)) == "y";
    if (!visit_(file)) {
      return false;
    }
    if (layer_.enter(leaf)) {
      begin_folder(hidden || file.opaque, file.folder_below && below_->enter(leaf));
    } else if (errno != ENOENT) {  // the container has just removed it
      throw errno_error(errno, "open folder /" + shown_path(path_));
    }
    return true;
  }

  bool rootless_;
  const std::function<bool(const WalkedFile&)>& visit_;
  FolderStack layer_;
  std::optional<FolderStack> below_;
  std::vector<Level> levels_;
  std::string path_;
};

UniqueFd readable(int folder) {
  UniqueFd fd(folder < 0 ? -1 : ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder >= 0 && !fd) {
    throw errno_error(errno, "open the layers below");
  }
  return fd;
}

}  // namespace

void walk_layer(const std::string& layer_folder, int parents_fd, bool rootless,
                const std::function<bool(const WalkedFile&)>& visit) {
  UniqueFd root = open_file(layer_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  WalkedFile file;
  file.folder = root.get();
  if (::fstat(root.get(), &file.st) != 0) {
    throw errno_error(errno, "look at " + layer_folder);
  }
  file.opaque = read_xattr(layer_folder, opaque_xattr(rootless)) == "y";
  file.exists_below = file.folder_below = parents_fd >= 0;
  if (visit(file)) {
    Walk(std::move(root), readable(parents_fd), rootless, visit).run(file.opaque);
  }
}

}  // namespace gantry::storage_overlay
