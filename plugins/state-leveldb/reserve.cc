// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/reserve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "sdk/support/unique_fd.h"

namespace gantry::state_leveldb {

namespace {

std::uint64_t room_beside(const std::string& path, std::uint64_t own) {
  struct statvfs disk {};
  const std::string dir = std::filesystem::path(path).parent_path();
  if (::statvfs(dir.c_str(), &disk) != 0) {
    return 0;
  }
  if (disk.f_blocks == 0) {
    return Reserve::kSize + Reserve::kSpare;  // a file system that does not count
  }
  const std::uint64_t blocks = ::geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
  return own + blocks * disk.f_frsize;
}

// A limit on the size of files sends a signal to those who go past it.
bool limited() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < Reserve::kSize;
}

std::string mount_point_of(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code failure;
  fs::path path = fs::canonical(dir, failure);
  struct stat here {};
  struct stat above {};
  if (failure || ::stat(path.c_str(), &here) != 0) {
    return dir;
  }
  while (path != path.root_path() && ::stat(path.parent_path().c_str(), &above) == 0 &&
         above.st_dev == here.st_dev) {
    path = path.parent_path();
  }
  return path;
}

}  // namespace

void Reserve::keep() noexcept {
  struct stat info {};
  const bool present = ::stat(path_.c_str(), &info) == 0;
  const std::uint64_t own = present ? static_cast<std::uint64_t>(info.st_size) : 0;
  if (own >= kSize) {
    return;
  }
  try {
    const std::uint64_t room = room_beside(path_, own);
    const std::uint64_t spare = given_up_ ? 0 : kSpare;
    const std::uint64_t size = room < spare ? 0 : std::min(kSize, room - spare);
    if (size < kLeast || size <= own || limited()) {
      return;
    }
    constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    const UniqueFd fd(::open(path_.c_str(), kFlags, 0600));
    if (fd && ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size)) != 0) {
      // What an attempt has left may be a hole, or more than there is room for.
      (void)::unlink(path_.c_str());
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): a store without a reserve is a store, too
  }
}

bool Reserve::give_up() noexcept {
  given_up_ = ::unlink(path_.c_str()) == 0;
  return given_up_;
}

Error full_disk_error(const std::string& dir, const Error& error) {
  return {error.code(),
          std::string(error.what()) + "; the file system " + mount_point_of(dir) +
              " is full: remove something from it, a MiB is enough, and try again"};
}

}  // namespace gantry::state_leveldb
