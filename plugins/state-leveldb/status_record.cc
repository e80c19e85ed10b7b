// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/status_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::state_leveldb {

namespace {

constexpr const char* kFormat = "gantry-state 1 %020" PRIu64 " %-5s %-36s %010d\n";
constexpr std::size_t kLength = 90;

// The line without its pid, which changes more often than what it says.
using Line = std::array<char, kLength + 1>;

bool read_line(int fd, Line& line) {
  line.fill('\0');
  return ::pread(fd, line.data(), kLength, 0) == static_cast<ssize_t>(kLength);
}

// A lock may be opened for reading where it cannot be for writing: the reason is asked for
// once more.
int refusal_of(int fd, int err) {
  if (err == EBADF && !UniqueFd(::open(fd_path(fd).c_str(), O_WRONLY | O_CLOEXEC))) {
    return errno;
  }
  return err;
}

}  // namespace

StatusRecord read_record(int fd) {
  // A reader without the lock may meet a writer in the middle of the line: read until two
  // looks agree. A handful is enough, since a writer holds the lock for far longer.
  Line line{};
  bool whole = read_line(fd, line);
  for (int i = 0; i < 8 && whole; ++i) {
    Line again{};
    whole = read_line(fd, again);
    if (again == line) {
      break;
    }
    line = again;
  }
  StatusRecord record;
  std::uint64_t generation = 0;
  std::array<char, 6> state{};
  std::array<char, 37> boot{};
  int writer = 0;
  if (!whole || std::sscanf(line.data(), "gantry-state 1 %20" SCNu64 " %5s %36s %10d",
                            &generation, state.data(), boot.data(), &writer) != 4) {
    return record;
  }
  record.generation = generation;
  record.clean = std::string_view(state.data()) == "clean";
  record.boot_id = boot.data();
  record.writer = writer;
  return record;
}

void write_record(int fd, const StatusRecord& record) {
  Line line{};
  const int n =
      std::snprintf(line.data(), line.size(), kFormat, record.generation,
                    record.clean ? "clean" : "dirty", record.boot_id.c_str(), record.writer);
  if (n != static_cast<int>(kLength)) {
    throw Error(Code::kInternal, "the status line of the state store has a wrong length");
  }
  ssize_t written = -1;
  do {
    written = ::pwrite(fd, line.data(), kLength, 0);
  } while (written < 0 && errno == EINTR);
  if (written != n) {
    const int err = written < 0 ? refusal_of(fd, errno) : ENOSPC;
    std::error_code unknown;
    throw errno_error(err, "write the state store's lock file " +
                               std::filesystem::read_symlink(fd_path(fd), unknown).string());
  }
}

}  // namespace gantry::state_leveldb
