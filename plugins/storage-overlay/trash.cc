// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/trash.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <gantry/error.hpp>
#include <memory>

#include "sdk/support/errno_error.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

namespace {

// Each level holds a descriptor; deeper folders are first moved up to the top.
constexpr int kDeepest = 64;

class Deletion {
 public:
  Deletion(int top, const std::string& shown) : top_(top), shown_(shown) {}

  // True when folders were moved up meanwhile, so that another pass is needed.
  bool pass() {
    moved_ = 0;
    empty(UniqueFd(::openat(top_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), 0);
    return moved_ > 0;
  }

 private:
  void fail(int err, const char* name) const {
    if (err != ENOENT) {
      throw errno_error(err, "delete " + std::string(name) + " in " + shown_);
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
      if (errno == EXDEV) {
        throw Error(Code::kBusy, "delete " + std::string(name) + " in " + shown_ +
                                     ": a file system is mounted there");
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
    for (int number = 0;; ++number) {
      const std::string target = "deep." + std::to_string(number);
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
};

}  // namespace

void empty_content(const std::string& folder) {
  const UniqueFd top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!top) {
    if (errno == ENOENT) {
      return;
    }
    throw errno_error(errno, "open " + folder);
  }
  Deletion deletion(top.get(), folder);
  while (deletion.pass()) {
  }
}

void empty_out(const std::string& folder) {
  empty_content(folder);
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT) {
    throw errno_error(errno, "delete " + folder);
  }
}

}  // namespace gantry::storage_overlay
