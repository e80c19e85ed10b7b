// SPDX-License-Identifier: Apache-2.0
#include "core/engine/host_machine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "core/net/net_namespace.h"
#include "sdk/support/boot_id.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/mount_point.h"
#include "sdk/support/timestamp.h"
#include "sdk/support/user_namespace.h"

namespace gantry::engine {

namespace fs = std::filesystem;

namespace {

struct stat stat_of(int fd, const fs::path& shown) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    throw errno_error(errno, "look at what shall be mounted on " + shown.string());
  }
  return info;
}

// Where source can be mounted: a folder, or a file.
void make_place(int source, const fs::path& path) {
  if (S_ISDIR(stat_of(source, path).st_mode)) {
    make_directories(path, 0700);
  } else {
    make_directories(path.parent_path(), 0700);
    (void)open_file(path, O_CREAT | O_WRONLY | O_NOFOLLOW, 0600);
  }
}

std::vector<gantry_id_range> to_abi(const model::IdRanges& ranges) {
  std::vector<gantry_id_range> all;
  for (const model::IdRange& range : ranges) {
    all.push_back({range.container, range.host, range.count});
  }
  return all;
}

}  // namespace

std::int64_t HostClock::now_ns() { return gantry::now_ns(); }

void HostMounter::mount_tmpfs(const fs::path& path, std::int64_t size, unsigned mode) {
  make_directories(path, 0700);
  if (is_mount_point(path)) {
    return;
  }
  char options[64];
  (void)std::snprintf(options, sizeof options, "mode=%o,size=%lld", mode,
                      static_cast<long long>(size));
  if (::mount("shm", path.c_str(), "tmpfs", MS_NOEXEC | MS_NOSUID | MS_NODEV, options) != 0) {
    throw errno_error(errno, "mount a tmpfs on " + path.string());
  }
}

void HostMounter::bind(int source, const fs::path& path, bool recursive) {
  make_place(source, path);
  const unsigned long flags = MS_BIND | (recursive ? MS_REC : 0);
  if (!is_mount_point(path) &&
      ::mount(fd_path(source).c_str(), path.c_str(), nullptr, flags, nullptr) != 0) {
    throw errno_error(errno, "bind mount on " + path.string());
  }
}

void HostMounter::bind_mapped(int source, const fs::path& path, bool recursive,
                              const model::IdMapping& mapping) {
  if (is_mount_point(path)) {
    return;
  }
  make_place(source, path);
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                         (recursive ? static_cast<unsigned>(AT_RECURSIVE) : 0U);
  const UniqueFd tree(::open_tree(source, "", flags));
  if (!tree) {
    throw errno_error(errno, "open what shall be mounted on " + path.string());
  }
  const UniqueFd mapped = make_user_namespace(to_abi(mapping.uids), to_abi(mapping.gids));
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(mapped.get());
  if (::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) {
    const int err = errno;
    const bool cannot = err == EINVAL || err == ENOSYS || err == EOPNOTSUPP;
    const Error error = errno_error(err, "map the owners of what shall be mounted");
    throw Error(
        cannot ? Code::kUnsupported : error.code(),
        std::string(error.what()) + (cannot ? ": this file system cannot be mounted so" : ""));
  }
  if (::move_mount(tree.get(), "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    throw errno_error(errno, "mount on " + path.string());
  }
}

void HostMounter::mount_overlay(const ports::OverlayFolders& folders, const fs::path& path) {
  make_directories(path, 0700);
  if (is_mount_point(path)) {
    return;
  }
  make_directories(folders.upper, 0700);
  make_directories(folders.work, 0700);
  // Descriptors, because a comma or a colon in a path would end it.
  const UniqueFd upper = open_file(folders.upper, O_RDONLY | O_DIRECTORY);
  const UniqueFd work = open_file(folders.work, O_RDONLY | O_DIRECTORY);
  // What is seen of the top is the upper folder itself.
  const struct stat top = stat_of(folders.lower, path);
  if (::fchown(upper.get(), top.st_uid, top.st_gid) != 0 ||
      ::fchmod(upper.get(), top.st_mode & 07777) != 0) {
    throw errno_error(errno, "set owner and mode of " + folders.upper.string());
  }
  const std::string options = "lowerdir=" + fd_path(folders.lower) +
                              ",upperdir=" + fd_path(upper.get()) +
                              ",workdir=" + fd_path(work.get());
  if (::mount("overlay", path.c_str(), "overlay", 0, options.c_str()) != 0) {
    throw errno_error(errno, "mount an overlay on " + path.string() + " with changes in " +
                                 folders.upper.string());
  }
}

UniqueFd HostMounter::hold(const fs::path& path) {
  // A descriptor of the mount itself would keep it busy.
  UniqueFd copy(::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  if (!copy) {
    throw errno_error(errno, "hold what is mounted on " + path.string());
  }
  return copy;
}

void HostMounter::unmount(const fs::path& path) {
  // Lazily: a process that still looks into it must not keep the container from ending.
  if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL &&
      errno != ENOENT) {
    throw errno_error(errno, "unmount " + path.string());
  }
}

void HostMounter::pin_netns(const fs::path& path) {
  if (!net::is_namespace_pinned(path)) {
    make_directories(path.parent_path(), 0711);
    net::create_namespace(path);
  }
}
void HostMounter::pin_netns_of(int pid, const fs::path& path) {
  make_directories(path.parent_path(), 0711);
  net::remove_namespace(path);
  net::pin_namespace("/proc/" + std::to_string(pid) + "/ns/net", path);
}
void HostMounter::unpin_netns(const fs::path& path) { net::remove_namespace(path); }

bool HostProcesses::alive(int pid) {
  if (pid <= 0) {
    return false;
  }
  const UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) {
    return false;
  }
  pollfd item{fd.get(), POLLIN, 0};  // readable once it has ended, zombie or not
  return ::poll(&item, 1, 0) == 0;
}

void HostProcesses::kill(int pid, int signal) {
  if (::kill(pid, signal) != 0) {
    throw errno_error(
        errno, "send signal " + std::to_string(signal) + " to process " + std::to_string(pid));
  }
}

bool HostProcesses::wait_gone(int pid, std::chrono::milliseconds timeout) {
  const UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) {
    return true;
  }
  pollfd item{fd.get(), POLLIN, 0};
  const auto longest = std::chrono::milliseconds(std::numeric_limits<int>::max());
  return ::poll(&item, 1, static_cast<int>(std::min(timeout, longest).count())) != 0;
}

std::string HostProcesses::boot_id() { return gantry::boot_id(); }

}  // namespace gantry::engine
