// SPDX-License-Identifier: Apache-2.0
#include "core/volume/copy_tree.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/tree_walk.h"

namespace gantry::volume {

namespace {

class Copier {
 public:
  Copier(int source, int target, const std::string& shown)
      : root_(target), walk_(readable(source), shown), target_(readable(target)) {}

  void run();

 private:
  static UniqueFd readable(int folder) {
    return open_file(fd_path(folder), O_RDONLY | O_DIRECTORY);
  }
  void entry();
  void begin_folder();
  void end_folder();
  // What each makes, open.
  UniqueFd file(const struct stat& info);
  UniqueFd link();
  void second_name(const std::string& first);

  int root_;
  TreeWalk walk_;
  FolderStack target_;  // where the walk is in the copy
  // The first name of a file that has several, by device and inode.
  std::map<std::pair<dev_t, ino_t>, std::string> linked_;
};

// Paths through /proc/self/fd stand for the object itself, links included.
std::string member_path(int folder, const char* name) { return fd_path(folder) + "/" + name; }

// to: of a descriptor, so it is no link that is followed.
void copy_attributes(const std::string& from, const std::string& to, const std::string& shown) {
  std::vector<char> names(XATTR_LIST_MAX);
  const ssize_t length = ::llistxattr(from.c_str(), names.data(), names.size());
  if (length < 0) {
    if (errno == ENOTSUP) {
      return;
    }
    throw errno_error(errno, "list extended attributes of " + shown);
  }
  for (const char* name = names.data(); name < names.data() + length;
       name += std::strlen(name) + 1) {
    // What overlayfs keeps for itself is no content of the image.
    if (std::string_view(name).starts_with("trusted.overlay.")) {
      continue;
    }
    std::vector<char> value(XATTR_SIZE_MAX);
    const ssize_t size = ::lgetxattr(from.c_str(), name, value.data(), value.size());
    if (size >= 0 &&
        ::setxattr(to.c_str(), name, value.data(), static_cast<std::size_t>(size), 0) != 0 &&
        errno != ENOTSUP) {
      throw errno_error(errno, "set extended attribute " + std::string(name) + " of " + shown);
    }
  }
}

// What was made under a name, which may stand for something else by now: whoever else has the
// volume may rename what is in it.
UniqueFd open_made(int folder, const char* name, mode_t type, const std::string& shown) {
  UniqueFd made(::openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!made || ::fstat(made.get(), &info) != 0) {
    throw errno_error(errno, "open " + shown);
  }
  if ((info.st_mode & S_IFMT) != type) {
    throw Error(Code::kBusy, "copy " + shown + ": somebody else changes it meanwhile");
  }
  return made;
}

// Owner first: changing it clears set-id bits and file capabilities. Times last: all else
// changes them. All of it by descriptor (O_PATH is enough), so that no link is followed.
void copy_metadata(const std::string& from, int target, const struct stat& info,
                   const std::string& shown) {
  const std::string to = fd_path(target);
  if (::fchownat(target, "", info.st_uid, info.st_gid, AT_EMPTY_PATH) != 0 ||
      (!S_ISLNK(info.st_mode) && ::chmod(to.c_str(), info.st_mode & 07777) != 0)) {
    throw errno_error(errno, "set owner and mode of " + shown);
  }
  copy_attributes(from, to, shown);
  const std::array times{info.st_atim, info.st_mtim};
  if (::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0) {
    throw errno_error(errno, "set times of " + shown);
  }
}

// One stretch of data; holes are left out.
void copy_range(int from, int to, off_t at, off_t end, const std::string& shown) {
  if (::lseek(to, at, SEEK_SET) < 0) {
    throw errno_error(errno, "copy " + shown);
  }
  while (at < end) {
    const ssize_t sent = ::sendfile(to, from, &at, static_cast<std::size_t>(end - at));
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      throw errno_error(errno, "copy " + shown);
    }
    if (sent == 0) {
      return;  // it shrank meanwhile
    }
  }
}

UniqueFd Copier::file(const struct stat& info) {
  const char* name = walk_.name().c_str();
  const UniqueFd from(::openat(walk_.folder(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  UniqueFd to(::openat(target_.top(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!from || !to) {
    throw errno_error(errno, "copy " + walk_.shown());
  }
  for (off_t at = 0; at < info.st_size;) {
    const off_t data = ::lseek(from.get(), at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) {
      break;  // a hole to the end
    }
    const off_t hole = data < 0 ? info.st_size : ::lseek(from.get(), data, SEEK_HOLE);
    const off_t end = hole < 0 ? info.st_size : hole;
    copy_range(from.get(), to.get(), data < 0 ? at : data, end, walk_.shown());
    at = end;
  }
  if (::ftruncate(to.get(), info.st_size) != 0) {
    throw errno_error(errno, "copy " + walk_.shown());
  }
  return to;
}

UniqueFd Copier::link() {
  const char* name = walk_.name().c_str();
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlinkat(walk_.folder(), name, text.data(), text.size() - 1);
  if (length < 0 || ::symlinkat(text.data(), target_.top(), name) != 0) {
    throw errno_error(errno, "copy link " + walk_.shown());
  }
  return open_made(target_.top(), name, S_IFLNK, walk_.shown());
}

void Copier::second_name(const std::string& first) {
  const std::size_t slash = first.rfind('/') + 1;
  const UniqueFd folder =
      open_in_root(root_, "/" + first.substr(0, slash), O_PATH | O_DIRECTORY);
  if (::linkat(folder.get(), first.c_str() + slash, target_.top(), walk_.name().c_str(), 0) !=
      0) {
    throw errno_error(errno, "link " + walk_.shown());
  }
}

void Copier::begin_folder() {
  const std::string& name = walk_.name();
  if (::mkdirat(target_.top(), name.c_str(), 0700) != 0) {
    throw errno_error(errno, "make folder " + walk_.shown());
  }
  if (!target_.enter(name)) {
    throw errno_error(errno, "open folder " + walk_.shown());
  }
  if (!walk_.enter()) {
    target_.leave();
  }
}

void Copier::end_folder() {
  struct stat info {};
  if (::fstat(walk_.folder(), &info) != 0) {
    throw errno_error(errno, "read " + walk_.shown());
  }
  copy_metadata(member_path(walk_.folder(), "."), target_.top(), info, walk_.shown());
  target_.leave();
}

void Copier::entry() {
  const char* name = walk_.name().c_str();
  struct stat info {};
  if (::fstatat(walk_.folder(), name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno_error(errno, "read " + walk_.shown());
  }
  if (S_ISSOCK(info.st_mode)) {
    return;  // without its listener it is nothing to keep
  }
  if (S_ISDIR(info.st_mode)) {
    begin_folder();
    return;
  }
  if (info.st_nlink > 1) {
    const auto [first, is_new] = linked_.try_emplace({info.st_dev, info.st_ino}, walk_.path());
    if (!is_new) {
      second_name(first->second);
      return;
    }
  }
  UniqueFd made;
  if (S_ISREG(info.st_mode)) {
    made = file(info);
  } else if (S_ISLNK(info.st_mode)) {
    made = link();
  } else if (::mknodat(target_.top(), name, info.st_mode & (S_IFMT | 0600), info.st_rdev) ==
             0) {
    made = open_made(target_.top(), name, info.st_mode & S_IFMT, walk_.shown());
  } else {
    throw errno_error(errno, "make special file " + walk_.shown());
  }
  copy_metadata(member_path(walk_.folder(), name), made.get(), info, walk_.shown());
}

void Copier::run() {
  while (walk_.next()) {
    if (walk_.left()) {
      end_folder();
    } else {
      entry();
    }
  }
}

}  // namespace

void copy_tree(int source, int target, const std::string& shown) {
  Copier(source, target, shown).run();
  struct stat info {};
  if (::fstat(source, &info) != 0) {
    throw errno_error(errno, "read " + shown);
  }
  copy_metadata(member_path(source, "."), target, info, shown);
}

bool is_empty_folder(int folder) { return std::filesystem::is_empty(fd_path(folder)); }

}  // namespace gantry::volume
