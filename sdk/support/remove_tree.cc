// SPDX-License-Identifier: Apache-2.0
//
// Deleting trees, however deep somebody made them.
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <gantry/error.hpp>
#include <memory>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry {

namespace {

// Each level holds a descriptor; deeper folders are first moved up to the top.
constexpr int kDeepest = 64;

class Deletion {
 public:
  Deletion(int top, std::string shown) : top_(top), shown_(std::move(shown)) {}

  // True when folders were moved up meanwhile, so that another pass is needed.
  bool pass() {
    moved_ = 0;
    empty(UniqueFd(::openat(top_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), 0);
    return moved_ > 0;
  }

 private:
  void fail(int err, const char* name) const {
    if (err != ENOENT) {
      throw errno_error(err, "remove " + std::string(name) + " in " + shown_);
    }
  }

  void empty(UniqueFd folder, int depth) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(folder.get()), ::closedir);
    if (!dir) {
      fail(errno, ".");
      return;
    }
    (void)folder.release();
    while (const dirent* entry = ::readdir(dir.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") {
        drop(::dirfd(dir.get()), name.c_str(), entry->d_type == DT_DIR, depth);
      }
    }
  }

  void drop(int folder, const char* name, bool is_folder, int depth) {
    if (!is_folder) {
      if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) {
        return;
      }
      if (errno != EISDIR) {
        fail(errno, name);
      }
    }
    if (::unlinkat(folder, name, AT_REMOVEDIR) == 0) {
      return;
    }
    if (depth == kDeepest) {
      move_up(folder, name);
      return;
    }
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
    UniqueFd child(static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof(how))));
    if (!child) {
      // Also of a folder mounted from the very same file system: its content is not ours.
      if (errno == EXDEV) {
        throw Error(Code::kBusy, "remove " + std::string(name) + " in " + shown_ +
                                     ": something is mounted there");
      }
      fail(errno, name);
      return;
    }
    empty(std::move(child), depth + 1);
    if (::unlinkat(folder, name, AT_REMOVEDIR) != 0) {
      fail(errno, name);
    }
  }

  void move_up(int folder, const char* name) {
    for (;; ++number_) {
      const std::string target = "deep." + std::to_string(number_);
      if (::renameat2(folder, name, top_, target.c_str(), RENAME_NOREPLACE) == 0) {
        ++moved_;
        return;
      }
      if (errno != EEXIST) {
        fail(errno, name);
        return;
      }
    }
  }

  int top_;
  std::string shown_;
  int moved_ = 0;
  unsigned number_ = 0;
};

// False when there is no such folder.
bool empty_if_folder(const std::filesystem::path& path) {
  const UniqueFd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!top) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
      return false;
    }
    throw errno_error(errno, "remove " + path.string());
  }
  Deletion deletion(top.get(), path.string());
  while (deletion.pass()) {
  }
  return true;
}

}  // namespace

void remove_tree(const std::filesystem::path& path) {
  struct statx top {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &top) == 0 &&
      (top.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    throw Error(Code::kBusy, "remove " + path.string() + ": something is mounted there");
  }
  if (!empty_if_folder(path)) {
    remove_file(path);
    return;
  }
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) {
    throw errno_error(errno, "remove " + path.string());
  }
}

void empty_folder(const std::filesystem::path& path) {
  struct stat st {};
  if (!empty_if_folder(path) && ::lstat(path.c_str(), &st) == 0) {
    throw errno_error(ENOTDIR, "empty " + path.string());
  }
}

}  // namespace gantry
