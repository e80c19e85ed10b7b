// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/exit_watch.h"

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>

#include "core/monitor/exit_file.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/trace.h"

namespace gantry::monitor {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

bool has_ended(int pidfd) {
  pollfd item{pidfd, POLLIN, 0};
  return ::poll(&item, 1, 0) != 0;
}

// conmon's arguments hold the container's id; anything else with this pid is a stranger.
bool is_conmon_of(int pid, const std::string& id, int pidfd) {
  const std::string proc = "/proc/" + std::to_string(pid);
  for (int tries = 0; tries < 10000; ++tries) {
    const std::optional<std::string> words = read_file_if_exists(proc + "/cmdline");
    if (words && !words->empty()) {
      return words->find(std::string("\0-c\0", 4) + id + '\0') != std::string::npos;
    }
    // Within execve(2) a process has a program, but for a moment no arguments: vfork(2)
    // returns to the parent that early.
    std::array<char, 1> program{};
    if (has_ended(pidfd) ||
        ::readlink((proc + "/exe").c_str(), program.data(), program.size()) < 0) {
      return false;
    }
    (void)::sched_yield();
  }
  return false;
}

}  // namespace

UniqueFd open_monitor(int pid, const std::string& id) {
  if (pid <= 0) {
    return UniqueFd();
  }
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // Looked at after the open: from then on the pid cannot change hands unseen.
  if (!fd || has_ended(fd.get()) || !is_conmon_of(pid, id, fd.get())) {
    return UniqueFd();
  }
  return fd;
}

bool monitor_is_alive(int pid, const std::string& id) {
  try {
    return static_cast<bool>(open_monitor(pid, id));
  } catch (const Error&) {
    return false;  // it died while /proc was being read
  }
}

std::vector<int> find_monitors(const std::string& id) {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    int pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size() && monitor_is_alive(pid, id)) {
      found.push_back(pid);
    }
  }
  return found;
}

ExitWatch::ExitWatch(std::vector<ports::ExitSource> sources)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!inotify_ || !epoll_) {
    throw errno_error(errno, "watch for containers to end");
  }
  const auto add = [&](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw errno_error(errno, "watch for containers to end");
    }
  };
  add(inotify_.get());
  for (ports::ExitSource& source : sources) {
    // conmon writes aside and renames. A folder watched twice is one watch.
    if (::inotify_add_watch(inotify_.get(), source.exit_dir.c_str(),
                            IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0) {
      throw errno_error(errno, "watch folder " + source.exit_dir);
    }
    Item item;
    item.watches_monitor = source.monitor_pid > 0;
    if (item.watches_monitor) {
      item.monitor = open_monitor(source.monitor_pid, source.id);
      if (item.monitor) {
        add(item.monitor.get());
      }
    }
    item.source = std::move(source);
    items_.push_back(std::move(item));
  }
}

void ExitWatch::drain_inotify() const {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  while (::read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
  }
}

void ExitWatch::forget(Item& item) {
  item.answered = true;
  if (item.monitor) {
    // Where this process started conmon, it also has to bury it.
    siginfo_t info{};
    (void)::waitid(P_PIDFD, static_cast<id_t>(item.monitor.get()), &info, WEXITED | WNOHANG);
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, item.monitor.get(), nullptr);
    item.monitor.reset();
  }
}

std::optional<ports::Ended> ExitWatch::look() {
  drain_inotify();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.answered) {
      continue;
    }
    // Order counts: a monitor that is dead now has written before whatever it would write.
    const bool dead = item.watches_monitor && (!item.monitor || has_ended(item.monitor.get()));
    std::optional<ports::ExitRecord> record = read_exit(item.source);
    if (record || dead) {
      forget(item);
      return ports::Ended{i, record};
    }
  }
  return std::nullopt;
}

std::optional<ports::Ended> ExitWatch::next(std::optional<milliseconds> timeout,
                                            const std::function<bool()>& cancelled) {
  const trace::Span span(trace::Kind::kWait, "for the end of a container");
  const auto deadline = timeout ? steady_clock::now() + *timeout : steady_clock::time_point();
  for (;;) {
    if (std::optional<ports::Ended> ended = look()) {
      return ended;
    }
    if (std::all_of(items_.begin(), items_.end(),
                    [](const Item& item) { return item.answered; })) {
      return std::nullopt;
    }
    if (cancelled && cancelled()) {
      throw Error(Code::kCancelled, "interrupted while waiting for a container to end");
    }
    int wait_ms = -1;
    if (timeout) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
      if (left <= 0) {
        return std::nullopt;
      }
      wait_ms = static_cast<int>(std::min<long>(left, INT_MAX));
    }
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, wait_ms) < 0 && errno != EINTR) {
      throw errno_error(errno, "wait for containers to end");
    }
  }
}

}  // namespace gantry::monitor
