// SPDX-License-Identifier: Apache-2.0
#include "core/engine/host_machine.h"

#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/net/net_namespace.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::engine {

namespace fs = std::filesystem;

namespace {

bool is_mount_point(const fs::path& path) {
  struct stat self {};
  struct stat parent {};
  return ::stat(path.c_str(), &self) == 0 && ::stat(path.parent_path().c_str(), &parent) == 0 &&
         self.st_dev != parent.st_dev;
}

}  // namespace

std::int64_t HostClock::now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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
  return ::poll(&item, 1, static_cast<int>(timeout.count())) != 0;
}

std::string HostProcesses::boot_id() {
  std::string id = read_file("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') {
    id.pop_back();
  }
  return id;
}

}  // namespace gantry::engine
