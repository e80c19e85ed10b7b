// SPDX-License-Identifier: Apache-2.0
#include "core/volume/copy_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::volume {

namespace {

using DirectoryStream = std::unique_ptr<DIR, int (*)(DIR*)>;

DirectoryStream read_folder(int folder, const std::string& shown) {
  UniqueFd again(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DirectoryStream stream(again ? ::fdopendir(again.get()) : nullptr, ::closedir);
  if (!stream) {
    throw errno_error(errno, "read folder " + shown);
  }
  (void)again.release();
  return stream;
}

bool is_dots(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

class Copier {
 public:
  void folder(int source, int target, const std::string& shown);

 private:
  void entry(int source, int target, const char* name, const std::string& shown);
  void file(int source, int target, const char* name, const struct stat& info,
            const std::string& shown);
  void link(int source, int target, const char* name, const std::string& shown);

  // The first copy of a file with several names, by device and inode: descriptor of its
  // folder (kept open) and name.
  struct FirstName {
    UniqueFd folder;
    std::string name;
  };
  std::map<std::pair<dev_t, ino_t>, FirstName> linked_;
};

// Paths through /proc/self/fd stand for the object itself, links included.
std::string member_path(int folder, const char* name) {
  return fd_path(folder) + "/" + name;
}

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
    if (size >= 0 && ::lsetxattr(to.c_str(), name, value.data(), static_cast<std::size_t>(size),
                                 0) != 0 && errno != ENOTSUP) {
      throw errno_error(errno, "set extended attribute " + std::string(name) + " of " + shown);
    }
  }
}

// Owner first: changing it clears the set-id bits of the mode.
void copy_owner_mode_times(int target, const char* name, const struct stat& info,
                           const std::string& shown) {
  const std::array times{info.st_atim, info.st_mtim};
  if (::fchownat(target, name, info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW) != 0 ||
      (!S_ISLNK(info.st_mode) && ::fchmodat(target, name, info.st_mode & 07777, 0) != 0) ||
      ::utimensat(target, name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno_error(errno, "set owner, mode and times of " + shown);
  }
}

void Copier::file(int source, int target, const char* name, const struct stat& info,
                  const std::string& shown) {
  const UniqueFd from(::openat(source, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const UniqueFd to(::openat(target, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!from || !to) {
    throw errno_error(errno, "copy " + shown);
  }
  off_t left = info.st_size;
  while (left > 0) {
    const ssize_t sent = ::sendfile(to.get(), from.get(), nullptr, static_cast<size_t>(left));
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      throw errno_error(errno, "copy " + shown);
    }
    if (sent == 0) {
      break;
    }
    left -= sent;
  }
}

void Copier::link(int source, int target, const char* name, const std::string& shown) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlinkat(source, name, text.data(), text.size() - 1);
  if (length < 0 || ::symlinkat(text.data(), target, name) != 0) {
    throw errno_error(errno, "copy link " + shown);
  }
}

void Copier::entry(int source, int target, const char* name, const std::string& shown) {
  struct stat info {};
  if (::fstatat(source, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno_error(errno, "read " + shown);
  }
  if (info.st_nlink > 1 && !S_ISDIR(info.st_mode)) {
    const auto [first, is_new] = linked_.try_emplace({info.st_dev, info.st_ino});
    if (!is_new) {
      if (::linkat(first->second.folder.get(), first->second.name.c_str(), target, name, 0) != 0) {
        throw errno_error(errno, "link " + shown);
      }
      return;
    }
    first->second = {UniqueFd(::fcntl(target, F_DUPFD_CLOEXEC, 3)), name};
  }
  if (S_ISDIR(info.st_mode)) {
    if (::mkdirat(target, name, 0700) != 0) {
      throw errno_error(errno, "make folder " + shown);
    }
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const UniqueFd from(::openat(source, name, flags));
    const UniqueFd to(::openat(target, name, flags));
    if (!from || !to) {
      throw errno_error(errno, "open folder " + shown);
    }
    folder(from.get(), to.get(), shown);
  } else if (S_ISREG(info.st_mode)) {
    file(source, target, name, info, shown);
  } else if (S_ISLNK(info.st_mode)) {
    link(source, target, name, shown);
  } else if (!S_ISSOCK(info.st_mode) &&
             ::mknodat(target, name, info.st_mode, info.st_rdev) != 0) {
    throw errno_error(errno, "make special file " + shown);
  }
  if (!S_ISSOCK(info.st_mode)) {  // a socket without its listener is nothing to keep
    copy_attributes(member_path(source, name), member_path(target, name), shown);
    copy_owner_mode_times(target, name, info, shown);
  }
}

void Copier::folder(int source, int target, const std::string& shown) {
  const DirectoryStream stream = read_folder(source, shown);
  while (const dirent* found = ::readdir(stream.get())) {
    if (!is_dots(found->d_name)) {
      entry(source, target, found->d_name, shown + "/" + found->d_name);
    }
  }
}

}  // namespace

void copy_tree(int source, int target, const std::string& shown) {
  Copier().folder(source, target, shown);
  struct stat info {};
  if (::fstat(source, &info) != 0) {
    throw errno_error(errno, "read " + shown);
  }
  copy_attributes(fd_path(source) + "/.", fd_path(target) + "/.", shown);
  copy_owner_mode_times(target, ".", info, shown);
}

bool is_empty_folder(int folder) {
  const DirectoryStream stream = read_folder(folder, "a folder");
  while (const dirent* found = ::readdir(stream.get())) {
    if (!is_dots(found->d_name)) {
      return false;
    }
  }
  return true;
}

}  // namespace gantry::volume
