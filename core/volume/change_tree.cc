// SPDX-License-Identifier: Apache-2.0
#include "core/volume/change_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/tree_walk.h"

namespace gantry::volume {

namespace {

// Answers whether it is a folder.
template <typename Change>
bool visit(int entry, const std::string& shown, const Change& change) {
  struct stat info {};
  if (::fstat(entry, &info) != 0) {
    throw errno_error(errno, "read " + shown);
  }
  change(entry, info, shown);
  return S_ISDIR(info.st_mode);
}

// change(entry, info, shown): entry is an O_PATH descriptor of each thing in the tree.
template <typename Change>
void visit_all(int top, const std::string& shown, const Change& change) {
  if (!visit(top, shown, change)) {
    return;
  }
  TreeWalk walk(open_file(fd_path(top), O_RDONLY | O_DIRECTORY), shown);
  while (walk.next()) {
    if (walk.left()) {
      continue;
    }
    const UniqueFd entry(
        ::openat(walk.folder(), walk.name().c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!entry && errno != ENOENT) {  // it may have gone meanwhile
      throw errno_error(errno, "open " + walk.shown());
    }
    if (entry && visit(entry.get(), walk.shown(), change)) {
      (void)walk.enter();
    }
  }
}

}  // namespace

void chown_tree(int top, model::Owner owner, const std::string& shown) {
  visit_all(top, shown, [&](int entry, const struct stat& info, const std::string& path) {
    if ((info.st_uid != owner.uid || info.st_gid != owner.gid) &&
        ::fchownat(entry, "", owner.uid, owner.gid, AT_EMPTY_PATH) != 0) {
      throw errno_error(errno, "change the owner of " + path);
    }
  });
}

void relabel_tree(int top, const std::string& label, const std::string& shown) {
  visit_all(top, shown, [&](int entry, const struct stat& info, const std::string& path) {
    // A descriptor's path is followed to what it stands for; of a link that is where it leads.
    if (!S_ISLNK(info.st_mode) &&
        ::setxattr(fd_path(entry).c_str(), "security.selinux", label.c_str(), label.size(),
                   0) != 0 &&
        errno != ENOTSUP && errno != EROFS) {
      throw errno_error(errno, "label " + path);
    }
  });
}

}  // namespace gantry::volume
