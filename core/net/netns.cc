// SPDX-License-Identifier: Apache-2.0
#include "core/net/netns.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::net {

namespace fs = std::filesystem;

namespace {

void raise_loopback() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name);
  request.ifr_flags = IFF_UP;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    throw errno_error(errno, "bring up the loopback interface");
  }
}

void make_namespace(const fs::path& path) {
  if (::unshare(CLONE_NEWNET) != 0) {
    throw errno_error(errno, "make a network namespace");
  }
  raise_loopback();
  if (::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    throw errno_error(errno, "pin a network namespace at " + path.string());
  }
}

}  // namespace

bool is_netns(const fs::path& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == NSFS_MAGIC;
}

void pin_netns(const fs::path& path) {
  if (is_netns(path)) {
    return;
  }
  make_directories(path.parent_path(), 0711);
  (void)open_file(path, O_RDONLY | O_CREAT, 0444);
  Cleanup drop([&] { (void)::unlink(path.c_str()); });
  // In a thread of its own, which ends in the new namespace: nobody else is moved.
  std::exception_ptr failure;
  std::thread([&] {
    try {
      make_namespace(path);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
  drop.dismiss();
}

void unpin_netns(const fs::path& path) {
  // More than one mount may lie there if two starters raced and both died.
  while (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
  if (errno != EINVAL && errno != ENOENT) {
    throw errno_error(errno, "unmount " + path.string());
  }
  remove_file(path);
}

}  // namespace gantry::net
