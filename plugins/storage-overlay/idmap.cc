// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/idmap.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"

// The C library's own name for clone(2): ThreadSanitizer puts itself before the usual one and
// takes every child for one with a memory of its own.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);

namespace gantry::storage_overlay {

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

void write_map(const std::string& path, const Ranges& ranges) {
  std::string text;
  for (const gantry_id_range& r : ranges) {
    text += std::to_string(r.container) + " " + std::to_string(r.host) + " " +
            std::to_string(r.count) + "\n";
  }
  // The kernel takes the whole map in one write.
  const UniqueFd fd = open_file(path, O_WRONLY);
  write_all(fd.get(), text, path);
}

template <typename Find>
std::optional<std::uint32_t> look_up(const Ranges& ranges, std::uint32_t id, const Find& find) {
  if (ranges.empty()) {
    return id;
  }
  for (const gantry_id_range& r : ranges) {
    const auto [from, to] = find(r);
    if (id >= from && id - from < r.count) {
      return to + (id - from);
    }
  }
  return std::nullopt;
}

}  // namespace

bool same_ranges(const Ranges& a, const Ranges& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].container != b[i].container || a[i].host != b[i].host ||
        a[i].count != b[i].count) {
      return false;
    }
  }
  return true;
}

bool is_identity(const plugin::IdMaps& maps) {
  for (const Ranges* ranges : {&maps.uids, &maps.gids}) {
    for (const gantry_id_range& r : *ranges) {
      if (r.container != r.host) {
        return false;
      }
    }
  }
  return true;
}

std::optional<std::uint32_t> to_host(const Ranges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const gantry_id_range& r) { return std::pair(r.container, r.host); });
}

std::optional<std::uint32_t> to_container(const Ranges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const gantry_id_range& r) { return std::pair(r.host, r.container); });
}

UniqueFd make_user_namespace(const plugin::IdMaps& maps) {
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
  write_map(proc + "/uid_map", maps.uids);
  write_map(proc + "/gid_map", maps.gids);
  return open_file(proc + "/ns/user", O_RDONLY);
}

}  // namespace gantry::storage_overlay
