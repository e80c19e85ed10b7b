// SPDX-License-Identifier: Apache-2.0
#include "core/net/net_namespace.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::net {

namespace fs = std::filesystem;

namespace {

void raise_loopback() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    throw errno_error(errno, "bring up the loopback device of a new network namespace");
  }
}

// A namespace of the thread's own, pinned before the thread ends.
void create_in_this_thread(const fs::path& path) {
  if (::unshare(CLONE_NEWNET) != 0) {
    throw errno_error(errno, "make a network namespace");
  }
  raise_loopback();
  pin_namespace("/proc/thread-self/ns/net", path);
}

}  // namespace

bool is_namespace_pinned(const fs::path& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == NSFS_MAGIC;
}

void pin_namespace(const fs::path& source, const fs::path& path) {
  if (is_namespace_pinned(path)) {
    throw Error(Code::kExists, "network namespace " + path.string() + " exists already");
  }
  make_directories(path.parent_path());
  (void)open_file(path, O_RDONLY | O_CREAT | O_NOFOLLOW, 0444);
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    const Error error = errno_error(errno, "pin network namespace at " + path.string());
    (void)::unlink(path.c_str());
    throw error;
  }
}

void create_namespace(const fs::path& path) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      create_in_this_thread(path);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void remove_namespace(const fs::path& path) {
  // More than one mount may lie on the file when someone pinned over a pin.
  while (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
  if (errno != EINVAL && errno != ENOENT && errno != ENOTDIR) {
    throw errno_error(errno, "unpin network namespace " + path.string());
  }
  remove_file(path);
}

}  // namespace gantry::net
