// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <gantry/error.hpp>
#include <utility>

#include "plugins/storage-overlay/entry_name.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

Error not_a_folder(const std::string& name) {
  return {Code::kInvalid, "\"" + name + "\" is not a folder in this layer"};
}

Error leads_out(const std::string& name) {
  return {Code::kInvalid,
          "folder \"" + name + "\" leads out of the layer through a symbolic link"};
}

}  // namespace

LayerFolder::LayerFolder(const std::string& path, bool rootless,
                         std::function<UniqueFd()> open_parents)
    : root_(open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)),
      rootless_(rootless),
      open_parents_(std::move(open_parents)) {}

UniqueFd LayerFolder::open_beneath(const std::string& name, int flags, bool follow) const {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
                (follow ? 0U : static_cast<unsigned>(RESOLVE_NO_SYMLINKS));
  for (;;) {
    UniqueFd fd(static_cast<int>(::syscall(
        SYS_openat2, root_.get(), name.empty() ? "." : name.c_str(), &how, sizeof(how))));
    if (fd || (errno != EAGAIN && errno != EINTR)) {
      return fd;
    }
  }
}

const LayerFolder::Open* LayerFolder::find_open(const std::string& name) {
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_.at(i).used && open_.at(i).name == name) {
      next_ = (i + 1) % open_.size();
      return &open_.at(i);
    }
  }
  return nullptr;
}

int LayerFolder::remember(const std::string& name, UniqueFd fd) {
  Open& slot = open_.at(next_);
  next_ = (next_ + 1) % open_.size();
  slot = {name, std::move(fd), true};
  return slot.fd.get();
}

void LayerFolder::forget() {
  for (Open& open : open_) {
    open = {};
  }
}

int LayerFolder::open_existing(const std::string& name) {
  if (const Open* open = find_open(name)) {
    return open->fd.get();
  }
  UniqueFd fd = open_beneath(name, O_RDONLY | O_DIRECTORY, true);
  if (!fd) {
    if (errno == EXDEV || errno == ELOOP) {
      throw leads_out(name);
    }
    throw errno_error(errno, "open folder \"" + name + "\"");
  }
  return remember(name, std::move(fd));
}

int LayerFolder::open_folder(const std::string& name) {
  if (const Open* open = find_open(name)) {
    return open->fd.get();
  }
  UniqueFd fd = open_beneath(name, O_RDONLY | O_DIRECTORY, true);
  if (!fd) {
    if (errno == EXDEV || errno == ELOOP) {
      throw leads_out(name);
    }
    if (errno != ENOENT && errno != ENOTDIR) {
      throw errno_error(errno, "open folder \"" + name + "\"");
    }
    fd = make_missing(name);
  }
  return remember(name, std::move(fd));
}

UniqueFd LayerFolder::make_missing(const std::string& name) {
  UniqueFd parent = open_beneath("", O_RDONLY | O_DIRECTORY, false);
  for (std::size_t end = 0; parent && end != std::string::npos;) {
    const std::size_t start = end == 0 ? 0 : end + 1;
    end = name.find('/', start == 0 ? 0 : start);
    const std::string so_far = name.substr(0, end);
    UniqueFd child = open_beneath(so_far, O_RDONLY | O_DIRECTORY, true);
    if (!child) {
      if (errno == EXDEV || errno == ELOOP) {
        throw leads_out(so_far);
      }
      child = make_implied(parent.get(), split_name(so_far).leaf, so_far);
    }
    parent = std::move(child);
  }
  if (!parent) {
    throw errno_error(errno, "open folder \"" + name + "\"");
  }
  return parent;
}

UniqueFd LayerFolder::make_implied(int parent, const std::string& leaf,
                                   const std::string& name) {
  const bool was_hidden = is_whiteout(parent, leaf);
  if (was_hidden && ::unlinkat(parent, leaf.c_str(), 0) != 0) {
    throw errno_error(errno, "replace \"" + name + "\"");
  }
  if (::mkdirat(parent, leaf.c_str(), 0755) != 0) {
    if (errno == EEXIST) {
      throw not_a_folder(name);
    }
    throw errno_error(errno, "make folder \"" + name + "\"");
  }
  UniqueFd fd(::openat(parent, leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd || ::fchmod(fd.get(), 0755) != 0) {
    throw errno_error(errno, "make folder \"" + name + "\"");
  }
  if (was_hidden) {
    mark_opaque(fd.get());
    defer(name, {}, "");
  } else {
    copy_from_parents(fd.get(), name);
  }
  return fd;
}

void LayerFolder::copy_from_parents(int folder, const std::string& name) {
  if (!std::exchange(parents_asked_, true) && open_parents_) {
    parents_ = open_parents_();
  }
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  UniqueFd below;
  if (parents_) {
    below.reset(static_cast<int>(
        ::syscall(SYS_openat2, parents_.get(), name.c_str(), &how, sizeof(how))));
  }
  struct stat st {};
  if (!below || ::fstat(below.get(), &st) != 0) {
    // Nobody said when it was made; the same stream must give the same layer.
    defer(name, {}, "");
    return;
  }
  if (::fchown(folder, st.st_uid, st.st_gid) != 0 ||
      ::fchmod(folder, st.st_mode & 07777U) != 0) {
    throw errno_error(errno, "give folder \"" + name + "\" its owner");
  }
  copy_xattrs(path_at(below.get(), ""), path_at(folder, ""));
  defer(name, {st.st_atim, st.st_mtim}, "");
}

int LayerFolder::make_folder(const std::string& name) {
  if (const Open* open = find_open(name)) {
    return open->fd.get();
  }
  if (name.empty()) {
    return open_folder(name);
  }
  const SplitName split = split_name(name);
  const int parent = open_folder(split.folder);
  bool was_hidden = false;
  while (::mkdirat(parent, split.leaf.c_str(), 0700) != 0) {
    if (errno != EEXIST) {
      throw errno_error(errno, "make folder");
    }
    struct stat st {};
    if (::fstatat(parent, split.leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
      throw errno_error(errno, "look at it");
    }
    if (S_ISDIR(st.st_mode)) {
      break;
    }
    was_hidden = was_hidden || is_whiteout(parent, split.leaf);
    make_way(parent, split.leaf);
  }
  UniqueFd fd(
      ::openat(parent, split.leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    throw errno_error(errno, "open folder");
  }
  if (was_hidden) {
    mark_opaque(fd.get());
  }
  return remember(name, std::move(fd));
}

void LayerFolder::make_way(int parent, const std::string& leaf) {
  if (::unlinkat(parent, leaf.c_str(), 0) != 0) {
    if (errno != EISDIR) {
      throw errno_error(errno, "replace what is there");
    }
    remove_tree(path_at(parent, leaf));
  }
  // A folder, or a link on the way to one, may be what went. The caller's descriptors stay
  // open; only their names are forgotten.
  for (Open& open : open_) {
    open.used = false;
  }
}

bool LayerFolder::is_whiteout(int parent, const std::string& leaf) const {
  struct stat st {};
  return ::fstatat(parent, leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

void LayerFolder::hide_below(const std::string& name, const std::string& leaf) {
  const int parent = open_folder(name);
  if (::mknodat(parent, leaf.c_str(), S_IFCHR, 0) == 0) {
    return;
  }
  if (errno != EEXIST) {
    throw errno_error(errno, "make whiteout");
  }
  // The layer has a file of this name itself, which hides the one below. A folder must be
  // told to.
  const UniqueFd folder(
      ::openat(parent, leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder) {
    mark_opaque(folder.get());
  }
}

void LayerFolder::hide_all_below(const std::string& name) { mark_opaque(open_folder(name)); }

void LayerFolder::mark_opaque(int folder) const {
  if (::fsetxattr(folder, opaque_xattr(rootless_), "y", 1, 0) != 0) {
    throw errno_error(errno, "mark folder as opaque");
  }
}

void LayerFolder::defer(const std::string& name, const Times& times, std::string default_acl) {
  deferred_.push_back({name, times, std::move(default_acl)});
}

void LayerFolder::finish() {
  forget();
  for (const Deferred& it : deferred_) {
    const UniqueFd fd = open_beneath(it.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, true);
    if (!fd) {
      continue;  // a later entry replaced it
    }
    if (!it.default_acl.empty() &&
        ::fsetxattr(fd.get(), kDefaultAcl, it.default_acl.data(), it.default_acl.size(), 0) !=
            0 &&
        errno != ENOTSUP) {
      throw errno_error(errno, "set the default ACL of \"" + it.name + "\"");
    }
    const std::array<timespec, 2> times{it.times.access, it.times.modify};
    if (::futimens(fd.get(), times.data()) != 0) {
      throw errno_error(errno, "set the times of \"" + it.name + "\"");
    }
  }
}

}  // namespace gantry::storage_overlay
