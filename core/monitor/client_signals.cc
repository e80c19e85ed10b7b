// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/client_signals.h"

#include <pthread.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>

#include "sdk/support/errno_error.h"

namespace gantry::monitor {

namespace {

constexpr std::array kEnding{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
constexpr std::array kAlsoForwarded{SIGUSR1, SIGUSR2, SIGALRM, SIGCONT,  SIGIO,
                                    SIGPWR,  SIGXCPU, SIGXFSZ, SIGVTALRM};

}  // namespace

ClientSignals::ClientSignals(bool forward) {
  (void)::sigemptyset(&taken_);
  (void)::sigaddset(&taken_, SIGWINCH);
  for (const int signal : kEnding) {
    (void)::sigaddset(&taken_, signal);
  }
  if (forward) {
    for (const int signal : kAlsoForwarded) {
      (void)::sigaddset(&taken_, signal);
    }
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
      (void)::sigaddset(&taken_, signal);
    }
  }
  fd_.reset(::signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) {
    throw errno_error(errno, "take signals as events");
  }
  // A closed output is an answer of write(2), and restoring a terminal from the background
  // is no reason to stop.
  sigset_t blocked = taken_;
  (void)::sigaddset(&blocked, SIGPIPE);
  (void)::sigaddset(&blocked, SIGTTOU);
  (void)::pthread_sigmask(SIG_BLOCK, &blocked, &old_);
}

ClientSignals::~ClientSignals() {
  if (::sigismember(&old_, SIGPIPE) == 0) {
    sigset_t pipe_signal;
    (void)::sigemptyset(&pipe_signal);
    (void)::sigaddset(&pipe_signal, SIGPIPE);
    const timespec now{};
    while (::sigtimedwait(&pipe_signal, nullptr, &now) == SIGPIPE) {
    }
  }
  (void)::pthread_sigmask(SIG_SETMASK, &old_, nullptr);
}

std::optional<int> ClientSignals::next() const {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) {
    return std::nullopt;
  }
  return static_cast<int>(info.ssi_signo);
}

void ClientSignals::act(int signal) const {
  sigset_t one;
  (void)::sigemptyset(&one);
  (void)::sigaddset(&one, signal);
  // A handler that only notes the wish to cancel would be heard by nobody here.
  if (struct sigaction action{};
      ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
    (void)::signal(signal, SIG_DFL);
  }
  (void)::raise(signal);
  (void)::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  (void)::pthread_sigmask(SIG_BLOCK, &one, nullptr);
}

}  // namespace gantry::monitor
