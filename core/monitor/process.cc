// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "core/ports/monitor.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"
#include "sdk/support/trace.h"

namespace gantry::monitor {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

int poll_timeout(std::optional<steady_clock::time_point> deadline) {
  if (!deadline) {
    return -1;
  }
  const auto left = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, INT_MAX));
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  // conmon may live for months: nothing that this process was started with may stay open in
  // it. What is passed on is duplicated below.
  (void)::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);

  Pipe sync = make_pipe();
  Pipe errors = make_pipe();
  SpawnOptions spawn_options;
  spawn_options.directory = options.directory;
  spawn_options.new_session = true;
  if (!options.own_stdio) {
    spawn_options.fds = {{0, -1}, {1, errors.write.get()}, {2, errors.write.get()}};
  }
  int next = 3;
  for (unsigned i = 0; i < options.preserve_fds; ++i, ++next) {
    if (::fcntl(next, F_GETFD) < 0) {
      throw Error(Code::kInvalid, "file descriptor " + std::to_string(next) +
                                      " is not available: the preserve-fds option requires "
                                      "that file descriptors are passed");
    }
    spawn_options.fds.emplace_back(next, next);
  }
  std::vector<std::string> env = options.env;
  const auto pass = [&](const char* name, int fd) {
    spawn_options.fds.emplace_back(next, fd);
    env.push_back(std::string(name) + "=" + std::to_string(next++));
  };
  pass("_OCI_SYNCPIPE", sync.write.get());
  Pipe attach;
  Pipe start;
  if (options.attach) {
    attach = make_pipe();
    start = make_pipe();
    pass("_OCI_ATTACHPIPE", attach.write.get());
    pass("_OCI_STARTPIPE", start.read.get());
    // The first read of the start pipe would wait for a cgroup move that we do not make.
    write_all(start.write.get(), std::string_view("\0", 1), "conmon's start pipe");
  }
  // Pipe numbers of a monitor that this process itself may run under mean nothing here.
  spawn_options.env = environment_with(env, "_OCI_");
  child_ = spawn(argv, spawn_options);
  pid_ = child_.pid();
  sync_ = std::move(sync.read);
  errors_ = std::move(errors.read);
  attach_ = std::move(attach.read);
  start_ = std::move(start.write);
}

// The whole group: conmon may have forked the process that waits to run its exit command.
Process::~Process() {
  if (child_.pid() > 0) {
    (void)::kill(-child_.pid(), SIGKILL);
  }
}

Process::Outcome Process::read_line(int fd, std::string& pending, std::string& line,
                                    std::optional<steady_clock::time_point> deadline) {
  const trace::Span span(trace::Kind::kWait, "for conmon");
  for (;;) {
    const std::size_t end = pending.find('\n');
    if (end != std::string::npos) {
      line = pending.substr(0, end);
      pending.erase(0, end + 1);
      return Outcome::kLine;
    }
    pollfd item{fd, POLLIN, 0};
    const int n = ::poll(&item, 1, poll_timeout(deadline));
    if (n == 0) {
      return Outcome::kTimeout;
    }
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "wait for conmon");
    }
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) {
      return Outcome::kClosed;
    }
    if (got < 0 && errno != EINTR) {
      throw errno_error(errno, "read from conmon");
    }
    pending.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
}

std::string Process::said() const {
  std::string text;
  (void)::fcntl(errors_.get(), F_SETFL, O_NONBLOCK);
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(errors_.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

// The pipe was closed and nothing came: either conmon itself could not go on, and has said
// why on stderr, or the runtime failed in silence.
void Process::fail_without_words() {
  const std::string words = said();
  // Its exit command, if it got that far, may be waiting for a lock that we hold.
  const std::optional<int> code = child_.wait_for(milliseconds(100));
  if (!words.empty()) {
    throw ports::RuntimeFailed("conmon failed: " + words, code.value_or(1), words);
  }
  const std::string why =
      code && *code > 128
          ? "conmon was killed by signal " + std::to_string(*code - 128)
          : std::string("conmon ended without a word: the OCI runtime failed silently");
  throw ports::RuntimeFailed(why, code.value_or(1), "");
}

void Process::wait_for_socket(milliseconds timeout) {
  std::string line;
  std::string pending;
  switch (read_line(attach_.get(), pending, line, steady_clock::now() + timeout)) {
    case Outcome::kLine:
      attach_.reset();
      return;
    case Outcome::kTimeout:
      throw Error(Code::kTimeout, "conmon did not offer its attach socket within " +
                                      std::to_string(timeout.count()) + " ms");
    case Outcome::kClosed:
      fail_without_words();
  }
}

void Process::release_command() {
  if (!start_) {
    return;
  }
  // conmon may be gone: the sync pipe will tell.
  sigset_t pipe_signal;
  sigset_t old;
  (void)::sigemptyset(&pipe_signal);
  (void)::sigaddset(&pipe_signal, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &pipe_signal, &old);
  if (::write(start_.get(), "", 1) < 0 && errno == EPIPE) {
    const timespec now{};
    (void)::sigtimedwait(&pipe_signal, nullptr, &now);
  }
  (void)::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  start_.reset();
}

int Process::wait_for_pid(milliseconds timeout) {
  std::string line;
  switch (read_line(sync_.get(), sync_pending_, line, steady_clock::now() + timeout)) {
    case Outcome::kTimeout:
      throw Error(Code::kTimeout, "the OCI runtime did not create the process within " +
                                      std::to_string(timeout.count()) + " ms");
    case Outcome::kClosed:
      fail_without_words();
    case Outcome::kLine:
      break;
  }
  const std::optional<SyncMessage> message = parse_sync_message(line);
  if (!message) {
    throw Error(Code::kInternal, "conmon answered with what is not its protocol: " + line);
  }
  if (message->data <= 0) {
    // -1, or for an exec the exit code with its sign turned.
    throw ports::RuntimeFailed("OCI runtime error: " + message->message,
                               message->data < -1 ? -message->data : 1, message->message);
  }
  return message->data;
}

std::optional<int> Process::wait_for_number() {
  std::string line;
  if (read_line(sync_.get(), sync_pending_, line, std::nullopt) != Outcome::kLine) {
    return std::nullopt;
  }
  const std::optional<SyncMessage> message = parse_sync_message(line);
  return message ? std::optional(message->data) : std::nullopt;
}

}  // namespace gantry::monitor
