// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/user_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>

#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"

// The C library's own name for clone(2): ThreadSanitizer puts itself before the usual one and
// takes every child for one with a memory of its own.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);

namespace gantry {

namespace {

// Lives until it reads a byte. It shares the memory of the process, so that nothing is
// copied and no lock is left behind, and makes system calls only; a sanitizer would take it
// for the thread whose memory it shares.
[[gnu::no_sanitize("thread", "address")]] int wait_for_end(void* pipe_end) {
  const int fd = *static_cast<int*>(pipe_end);
  char byte = 0;
  (void)::syscall(SYS_read, fd, &byte, 1);
  return 0;
}

void write_map(const std::string& path, const std::vector<gantry_id_range>& ranges) {
  std::string text;
  for (const gantry_id_range& r : ranges) {
    text += std::to_string(r.container) + " " + std::to_string(r.host) + " " +
            std::to_string(r.count) + "\n";
  }
  // The kernel takes the whole map in one write.
  const UniqueFd fd = open_file(path, O_WRONLY);
  write_all(fd.get(), text, path);
}

}  // namespace

UniqueFd make_user_namespace(const std::vector<gantry_id_range>& uids,
                             const std::vector<gantry_id_range>& gids) {
  // The child shares the table of descriptors, so the pipe never ends: a byte tells it to go.
  const Pipe pipe = make_pipe();
  constexpr std::size_t kStackSize = 16384;
  const auto stack = std::make_unique<char[]>(kStackSize);
  int child_end = pipe.read.get();
  // No signal at its end, so that nobody's wait for children sees it.
  const pid_t pid = ::__clone(wait_for_end, stack.get() + kStackSize,
                              CLONE_NEWUSER | CLONE_VM | CLONE_FILES, &child_end);
  if (pid < 0) {
    throw errno_error(errno, "make a user namespace; is user.max_user_namespaces 0?");
  }
  const Cleanup reap([&] {
    (void)::write(pipe.write.get(), "", 1);
    while (::waitpid(pid, nullptr, __WALL) < 0 && errno == EINTR) {
    }
  });
  const std::string proc = "/proc/" + std::to_string(pid);
  write_map(proc + "/uid_map", uids);
  write_map(proc + "/gid_map", gids);
  return open_file(proc + "/ns/user", O_RDONLY);
}

}  // namespace gantry
