// SPDX-License-Identifier: Apache-2.0
#include "core/locks/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/timestamp.h"
#include "sdk/support/trace.h"

namespace gantry::locks {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

bool same_file(int fd, const fs::path& path) {
  struct stat open_file {};
  struct stat named {};
  return ::fstat(fd, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

// The file is locked when it gets its name: that one lies there free says that nobody is at
// work on its object.
UniqueFd create_locked(const fs::path& path, int operation) {
  UniqueFd fd(::open(path.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd && errno == EOPNOTSUPP) {  // older overlayfs: one that is free may be seen then
    fd.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    return fd;
  }
  if (!fd) {
    return fd;
  }
  const std::string self = "/proc/self/fd/" + std::to_string(fd.get());
  if (::flock(fd.get(), operation | LOCK_NB) != 0 ||
      ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    fd.reset();
  }
  return fd;
}

UniqueFd open_or_create(const fs::path& path, int operation) {
  for (;;) {
    if (UniqueFd fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)}) {
      return fd;
    }
    if (errno != ENOENT) {
      throw errno_error(errno, "open lock " + path.string());
    }
    make_directories(path.parent_path(), 0700);
    if (UniqueFd fd = create_locked(path, operation)) {
      return fd;
    }
    if (errno != EEXIST) {
      throw errno_error(errno, "make lock " + path.string());
    }
  }
}

std::optional<Holder> read_holder(const fs::path& path) {
  try {
    const std::optional<std::string> text = read_file_if_exists(path);
    if (!text || text->empty()) {
      return std::nullopt;
    }
    return Json::parse(*text).get<Holder>();
  } catch (const std::exception&) {
    return std::nullopt;  // caught in the middle of being written
  }
}

}  // namespace

GANTRY_DEFINE_JSON(Holder, pid, verb, since_ns)

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kContainer:
      return "container";
    case Kind::kImages:
      return "images";
    case Kind::kVolume:
      return "volume";
    case Kind::kNetwork:
      return "network";
  }
  return "object";
}

void Lock::release() noexcept {
  if (fd_) {
    // Unlocked before it is closed: a waiter is woken by the close and must find it free.
    (void)::ftruncate(fd_.get(), 0);
    (void)::flock(fd_.get(), LOCK_UN);
    fd_.reset();
  }
}

void Lock::release_and_forget() noexcept {
  if (fd_) {
    (void)::unlink(path_.c_str());
    release();
  }
}

std::optional<Lock> LockTable::attempt(const fs::path& path, int operation,
                                       UniqueFd& fd) const {
  for (;;) {
    if (!fd) {
      fd = open_or_create(path, operation);
    }
    if (::flock(fd.get(), operation | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK || errno == EINTR) {
        return std::nullopt;
      }
      throw errno_error(errno, "lock " + path.string());
    }
    // Whoever held it may have removed the file with the object.
    if (!same_file(fd.get(), path)) {
      fd.reset();
      continue;
    }
    if (operation == LOCK_EX) {
      const std::string text = to_text(Json(Holder{::getpid(), verb_, now_ns()}));
      (void)::ftruncate(fd.get(), 0);
      (void)!::pwrite(fd.get(), text.data(), text.size(), 0);
    }
    return Lock(std::move(fd), path);
  }
}

Lock LockTable::wait(Kind kind, const std::string& name, int operation,
                     milliseconds patience) const {
  const fs::path path = folder_ / name_of(kind) / name;
  // Kept open over all attempts: each close would wake every waiter, this one too.
  UniqueFd fd;
  if (std::optional<Lock> lock = attempt(path, operation, fd)) {
    return std::move(*lock);
  }
  const trace::Span span(trace::Kind::kWait, "for the lock of ", name_of(kind), " ", name);
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    (void)::inotify_add_watch(watch.get(), path.c_str(), IN_CLOSE_WRITE | IN_DELETE_SELF);
    if (std::optional<Lock> lock = attempt(path, operation, fd)) {
      return std::move(*lock);
    }
    if (cancelled_ && cancelled_()) {
      throw Error(Code::kCancelled,
                  "interrupted while waiting for " + std::string(name_of(kind)) + " " + name);
    }
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) {
      const std::optional<Holder> holder = read_holder(path);
      throw Error(Code::kTimeout, std::string(name_of(kind)) + " " + name + " is busy" +
                                      (holder ? ": process " + std::to_string(holder->pid) +
                                                    " is doing " + holder->verb
                                              : "") +
                                      "; try again when it is done, or end that process");
    }
    // The close of a process that was killed is announced a moment before its lock is
    // dropped, so an event alone is not enough: look again after a while.
    pollfd item{watch.get(), POLLIN, 0};
    (void)::poll(&item, 1, static_cast<int>(std::min<long>(left, 20)));
    alignas(inotify_event) std::array<char, 4096> events{};
    while (::read(watch.get(), events.data(), events.size()) > 0) {
    }
  }
}

Lock LockTable::acquire(Kind kind, const std::string& name, milliseconds patience) const {
  return wait(kind, name, LOCK_EX, patience);
}

Lock LockTable::acquire_shared(Kind kind, const std::string& name,
                               milliseconds patience) const {
  return wait(kind, name, LOCK_SH, patience);
}

std::optional<Lock> LockTable::try_acquire(Kind kind, const std::string& name) const {
  UniqueFd fd;
  return attempt(folder_ / name_of(kind) / name, LOCK_EX, fd);
}

std::optional<Lock> LockTable::try_existing(Kind kind, const std::string& name) const {
  const fs::path path = folder_ / name_of(kind) / name;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !same_file(fd.get(), path)) {
    return std::nullopt;
  }
  return Lock(std::move(fd), path);
}

bool LockTable::is_held(Kind kind, const std::string& name) const {
  const UniqueFd fd(::open((folder_ / name_of(kind) / name).c_str(), O_RDONLY | O_CLOEXEC));
  // Shared, so that two who look do not take each other for a holder.
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::vector<HeldLock> LockTable::held() const {
  std::vector<HeldLock> result;
  for (const Kind kind : {Kind::kContainer, Kind::kImages, Kind::kVolume, Kind::kNetwork}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder_ / name_of(kind), none)) {
      const UniqueFd fd(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
      if (fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        if (const std::optional<Holder> holder = read_holder(entry.path())) {
          result.push_back({kind, entry.path().filename(), *holder});
        }
      }
    }
  }
  return result;
}

}  // namespace gantry::locks
