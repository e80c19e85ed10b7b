// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/task_graph.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>

#include "sdk/support/errno_error.h"
#include "sdk/support/unique_fd.h"

namespace gantry::lifecycle {

namespace {

// Wakes a thread from a system call; nobody else uses it.
constexpr int kWakeUp = SIGURG;

class Runner {
 public:
  explicit Runner(const std::vector<Task>& tasks)
      : tasks_(tasks),
        outcomes_(tasks.size()),
        missing_(tasks.size()),
        followers_(tasks.size()) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      missing_[i] = tasks[i].after.size();
      for (const std::size_t before : tasks[i].after) {
        followers_.at(before).push_back(i);
      }
      if (missing_[i] == 0) {
        ready_.insert(i);
      }
    }
  }

  // Works until nothing is left that it could do.
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return !ready_.empty() || running_ == 0; });
      if (ready_.empty()) {
        return;
      }
      const std::size_t task = *ready_.begin();
      ready_.erase(ready_.begin());
      ++running_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        tasks_[task].work();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --running_;
      finish(task, failure);
      changed_.notify_all();
    }
  }

  [[nodiscard]] std::vector<Outcome> outcomes() { return std::move(outcomes_); }

 private:
  void finish(std::size_t task, const std::exception_ptr& failure) {
    outcomes_[task] = {true, failure};
    if (failure) {
      return;  // those that wait for it never get their turn
    }
    for (const std::size_t follower : followers_[task]) {
      if (--missing_[follower] == 0) {
        ready_.insert(follower);
      }
    }
  }

  const std::vector<Task>& tasks_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> missing_;
  std::vector<std::vector<std::size_t>> followers_;
  std::set<std::size_t> ready_;
  std::size_t running_ = 0;
};

// Signals that end a program are for the thread that waits here; threads that are made
// while this lives do not get them.
class SignalsHere {
 public:
  SignalsHere() {
    sigset_t ends;
    (void)::sigemptyset(&ends);
    (void)::sigaddset(&ends, SIGINT);
    (void)::sigaddset(&ends, SIGTERM);
    (void)::pthread_sigmask(SIG_BLOCK, &ends, &mask_);
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    (void)::sigaction(kWakeUp, &nothing, &handler_);
  }
  SignalsHere(const SignalsHere&) = delete;
  SignalsHere& operator=(const SignalsHere&) = delete;
  ~SignalsHere() {
    admit();
    (void)::sigaction(kWakeUp, &handler_, nullptr);
  }
  void admit() { (void)::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

 private:
  sigset_t mask_{};
  struct sigaction handler_ {};
};

void run_on_threads(std::size_t count, Runner& runner) {
  const UniqueFd ended(::eventfd(0, EFD_CLOEXEC));
  if (!ended) {
    throw errno_error(errno, "make an event descriptor");
  }
  SignalsHere signals;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      runner.work();
      const std::uint64_t one = 1;
      (void)!::write(ended.get(), &one, sizeof one);
    });
  }
  signals.admit();
  for (std::uint64_t gone = 0; gone < count;) {
    pollfd item{ended.get(), POLLIN, 0};
    if (::poll(&item, 1, -1) < 0) {
      for (std::jthread& thread : threads) {
        (void)::pthread_kill(thread.native_handle(), kWakeUp);
      }
      continue;
    }
    std::uint64_t more = 0;
    (void)!::read(ended.get(), &more, sizeof more);
    gone += more;
  }
}

}  // namespace

std::vector<Outcome> run_tasks(unsigned at_most, const std::vector<Task>& tasks) {
  Runner runner(tasks);
  const std::size_t threads = std::min<std::size_t>(at_most, tasks.size());
  if (threads <= 1) {
    runner.work();
  } else {
    run_on_threads(threads, runner);
  }
  return runner.outcomes();
}

}  // namespace gantry::lifecycle
