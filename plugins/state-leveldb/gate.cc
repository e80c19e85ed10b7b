// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/gate.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "sdk/support/unique_fd.h"

namespace gantry::state_leveldb {

using std::chrono::milliseconds;

namespace {

// A place in the queue. One byte in the pipe is one call to try again; EPOLLEXCLUSIVE gives
// it to one waiter, in the order of arrival. Whoever dies at the gate calls nobody, and a
// file system may have no pipes, so that no wait is longer than a nap.
class QueuePlace {
 public:
  explicit QueuePlace(const std::string& queue) {
    (void)::mkfifo(queue.c_str(), 0600);  // it may be there
    // For writing too: with all writers gone, the pipe would report their end for ever.
    pipe_.reset(::open(queue.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    if (pipe_ && epoll_) {
      (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pipe_.get(), &event);
    }
  }

  void wait(milliseconds left) {
    epoll_event event{};
    const auto bound = static_cast<int>(std::min(left, nap_).count());
    if (::epoll_wait(epoll_.get(), &event, 1, bound) > 0) {
      char call = 0;
      (void)!::read(pipe_.get(), &call, 1);
    } else {
      nap_ = std::min(nap_ * 2, kLongestNap);
    }
  }

 private:
  static constexpr milliseconds kLongestNap{64};
  UniqueFd pipe_;
  UniqueFd epoll_;
  milliseconds nap_{4};
};

// Comes after the unlock: the waiter opens the pipe before it tries the lock a last time, so
// that either that try succeeds or we find the pipe open.
void call_next(const std::string& queue) noexcept {
  constexpr int kFlags = O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW;
  if (!UniqueFd(::open(queue.c_str(), O_WRONLY | kFlags))) {
    return;  // nobody has it open: nobody waits
  }
  // For reading too: were the last waiter to leave now, a write would raise SIGPIPE.
  const UniqueFd pipe(::open(queue.c_str(), O_RDWR | kFlags));
  int pending = 0;
  // A call that nobody has answered yet will do: who answers tries after our unlock.
  if (pipe && (::ioctl(pipe.get(), FIONREAD, &pending) != 0 || pending == 0)) {
    (void)!::write(pipe.get(), "n", 1);
  }
}

}  // namespace

Gate::Gate(const std::string& path, const LockWait& wait)
    : queue_(std::filesystem::path(path).parent_path() / "queue"), lock_(FileLock::open(path)) {
  if (lock_.try_lock(LockMode::kExclusive, path)) {
    return;
  }
  QueuePlace place(queue_);
  while (!lock_.try_lock(LockMode::kExclusive, path)) {
    place.wait(wait.left(path));
  }
}

Gate::~Gate() {
  lock_.release();
  call_next(queue_);
}

}  // namespace gantry::state_leveldb
