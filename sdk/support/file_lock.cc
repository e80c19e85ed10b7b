// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/file_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <gantry/error.hpp>
#include <sstream>
#include <utility>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Wakes when someone closes the file: flock(2) has no deadline, and neither a signal nor a
// thread of ours may interrupt it, but a holder that is done, or dead, closes its file. Two
// things are left that no event tells: a dying holder's close is announced a moment before
// its lock is gone, and inotify instances may be used up. For them the wait is bounded by a
// nap, which starts short after each event and grows.
class CloseWatch {
 public:
  explicit CloseWatch(const std::string& path)
      : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (fd_ && ::inotify_add_watch(fd_.get(), path.c_str(), IN_CLOSE) < 0) {
      fd_.reset();
    }
  }

  void wait(milliseconds left) {
    pollfd item{fd_.get(), POLLIN, 0};  // a negative descriptor is passed over
    const milliseconds bound = std::min(left, nap_);
    const int n = ::poll(&item, 1, static_cast<int>(bound.count()));
    nap_ = std::min(nap_ * 2, kLongestNap);
    if (n > 0) {
      std::array<char, 4096> events{};
      while (::read(fd_.get(), events.data(), events.size()) > 0) {
      }
      nap_ = kShortestNap;
    }
  }

 private:
  static constexpr milliseconds kShortestNap{1};
  static constexpr milliseconds kLongestNap{64};
  UniqueFd fd_;
  milliseconds nap_ = kShortestNap;
};

}  // namespace

milliseconds LockWait::left(const std::string& path) const {
  if (cancelled && cancelled()) {
    throw Error(Code::kCancelled, "interrupted while waiting for the lock " + path);
  }
  const auto rest = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  if (rest <= milliseconds(0)) {
    const std::string holders = lock_holders(path);
    throw Error(Code::kTimeout, "timed out waiting for the lock " + path + ": " +
                                    (holders.empty() ? "another process" : holders) +
                                    " holds it; try again, or end that process");
  }
  return rest;
}

LockWait usual_wait(std::function<bool()> cancelled) {
  constexpr std::chrono::minutes kPatience{2};
  return {steady_clock::now() + kPatience, std::move(cancelled)};
}

bool try_lock(int fd, LockMode mode, const std::string& path) {
  const int operation = (mode == LockMode::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(fd, operation) != 0) {
    if (errno == EWOULDBLOCK) {
      return false;
    }
    if (errno != EINTR) {
      throw errno_error(errno, "lock " + path);
    }
  }
  return true;
}

void wait_for_lock(int fd, LockMode mode, const std::string& path, const LockWait& wait) {
  if (try_lock(fd, mode, path)) {
    return;
  }
  // Watched before it is tried again, so that no release falls between.
  CloseWatch watch(path);
  while (!try_lock(fd, mode, path)) {
    watch.wait(wait.left(path));
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::move(other.fd_);
  }
  return *this;
}

FileLock FileLock::open(const std::string& path) {
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | kFlags, 0600));
  if (!fd && (errno == EROFS || errno == EACCES)) {
    fd.reset(::open(path.c_str(), O_RDONLY | kFlags));  // enough to read beside others
  }
  if (!fd) {
    throw errno_error(errno, "open " + path);
  }
  return FileLock(std::move(fd));
}

FileLock FileLock::take(const std::string& path, LockMode mode, const LockWait& wait) {
  FileLock lock = open(path);
  wait_for_lock(lock.fd(), mode, path, wait);
  return lock;
}

void FileLock::release() noexcept {
  if (fd_) {
    // Before the close: those who wait are woken by the close, and then find it free.
    (void)::flock(fd_.get(), LOCK_UN);
    fd_.reset();
  }
}

namespace {

// "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF". The device is left out of account:
// btrfs and overlayfs show another one here than stat(2) does.
std::string listed_holders(const std::string& inode) {
  std::istringstream lines(read_file_if_exists("/proc/locks").value_or(""));
  std::string holders;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, type, advisory, access, pid, file;
    words >> number >> type >> advisory >> access >> pid >> file;
    if (type != "FLOCK" || !file.ends_with(inode)) {
      continue;
    }
    std::string name = read_file_if_exists("/proc/" + pid + "/comm").value_or("");
    while (!name.empty() && name.back() == '\n') {
      name.pop_back();
    }
    holders += holders.empty() ? "process " : ", process ";
    holders += name.empty() ? pid : pid + " (" + name + ")";
  }
  return holders;
}

}  // namespace

std::string lock_holders(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    return {};
  }
  const std::string inode = ":" + std::to_string(st.st_ino);
  std::string holders = listed_holders(inode);
  // The kernel tells a page at a time: what moves up between two of them is passed over.
  for (int more = 3; holders.empty() && more > 0; --more) {
    holders = listed_holders(inode);
  }
  return holders;
}

}  // namespace gantry
