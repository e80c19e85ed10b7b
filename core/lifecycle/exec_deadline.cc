// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/exec_deadline.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sdk/support/errno_error.h"

namespace gantry::lifecycle {

namespace {

volatile std::sig_atomic_t process_to_end = -1;
volatile std::sig_atomic_t time_is_over = 0;

void end_process(int) {
  const int saved = errno;
  time_is_over = 1;
  if (process_to_end >= 0) {
    (void)::syscall(SYS_pidfd_send_signal, static_cast<int>(process_to_end), SIGKILL, nullptr,
                    0U);
  }
  errno = saved;
}

void set_timer(std::chrono::nanoseconds first, long then_s) {
  itimerval timer{};
  timer.it_value.tv_sec = first.count() / 1'000'000'000;
  timer.it_value.tv_usec = (first.count() % 1'000'000'000) / 1000;
  timer.it_interval.tv_sec = then_s;
  if (::setitimer(ITIMER_REAL, &timer, nullptr) != 0) {
    throw errno_error(errno, "set the timer of a health check");
  }
}

}  // namespace

ExecDeadline::ExecDeadline(std::chrono::nanoseconds timeout) : timeout_(timeout) {
  time_is_over = 0;
  struct sigaction action {};
  action.sa_handler = end_process;
  action.sa_flags = SA_RESTART;
  (void)::sigaction(SIGALRM, &action, nullptr);
}

ExecDeadline::~ExecDeadline() {
  const itimerval none{};
  (void)::setitimer(ITIMER_REAL, &none, nullptr);
  process_to_end = -1;
  (void)::signal(SIGALRM, SIG_DFL);
}

void ExecDeadline::start(const ports::Started& command) {
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, command.pid, 0)));
  process_to_end = process_.get();
  // Again each second: a signal may come just before somebody begins to listen.
  set_timer(timeout_, 1);
}

void ExecDeadline::on_signal(int signal) noexcept {
  if (signal == SIGALRM || signal == SIGINT || signal == SIGTERM || signal == SIGHUP ||
      signal == SIGQUIT) {
    end_process(signal);
  }
}

bool ExecDeadline::passed() const noexcept { return time_is_over != 0; }

}  // namespace gantry::lifecycle
