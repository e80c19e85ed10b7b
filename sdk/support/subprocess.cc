// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"
#include "sdk/support/trace.h"

namespace gantry {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

int decode_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What the child needs, prepared before it exists: between vfork and exec it may only make
// system calls.
struct ChildSetup {
  const char* program;
  char* const* argv;
  char* const* envp;
  const std::vector<std::pair<int, int>>* fds;  // sources all above every target
  const std::vector<std::string>* hide;
  const char* directory;
  bool group;
  bool session;
  const sigset_t* old_mask;
};

// Hidden from this mount namespace alone: neither the mount that the point lies on, nor what
// lies on it, tells the others. All else stays shared as it is, or what a container mounts
// in a volume that is shared would not reach the host. System calls only.
bool hide_mount(const char* point) {
  std::array<char, PATH_MAX> parent{};
  if (point[0] != '/') {
    errno = EINVAL;
    return false;
  }
  (void)::strncpy(parent.data(), point, parent.size() - 1);
  struct statx info {};
  do {
    char* const slash = ::strrchr(parent.data(), '/');
    slash[slash == parent.data() ? 1 : 0] = '\0';
    if (::statx(AT_FDCWD, parent.data(), AT_SYMLINK_NOFOLLOW, 0, &info) != 0) {
      return errno == ENOENT;
    }
  } while ((info.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0 && parent[1] != '\0');
  // Not mounted is as good as hidden.
  const auto is_done = [](int answer) {
    return answer == 0 || errno == EINVAL || errno == ENOENT;
  };
  return ::mount(nullptr, parent.data(), nullptr, MS_PRIVATE, nullptr) == 0 &&
         is_done(::mount(nullptr, point, nullptr, MS_REC | MS_PRIVATE, nullptr)) &&
         is_done(::umount2(point, MNT_DETACH));
}

[[noreturn]] void exec_child(const ChildSetup& setup, volatile int* failure) {
  // Handlers must not run here: the parent's memory is shared.
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction old {};
    if (::sigaction(signal, nullptr, &old) == 0 && old.sa_handler != SIG_DFL &&
        (old.sa_handler != SIG_IGN || signal == SIGPIPE)) {
      (void)::sigaction(signal, &action, nullptr);
    }
  }
  (void)::sigprocmask(SIG_SETMASK, setup.old_mask, nullptr);
  if (setup.session) {
    (void)::setsid();
  } else if (setup.group) {
    (void)::setpgid(0, 0);
  }
  bool ok = setup.directory == nullptr || ::chdir(setup.directory) == 0;
  if (ok && !setup.hide->empty()) {
    ok = ::unshare(CLONE_NEWNS) == 0;
    for (const std::string& point : *setup.hide) {
      ok = ok && hide_mount(point.c_str());
    }
  }
  for (const auto& [target, source] : *setup.fds) {
    ok = ok && ::dup2(source, target) == target;
  }
  if (ok) {
    (void)::execve(setup.program, setup.argv, setup.envp);
  }
  *failure = errno;
  ::_exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& s : strings) {
    result.push_back(const_cast<char*>(s.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

void set_nonblocking(int fd) { (void)::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

// For the timeline.
std::string line_of(const std::vector<std::string>& argv) {
  std::string line;
  if (trace::on()) {
    for (const std::string& word : argv) {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return line;
}

}  // namespace

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
  }
  return *this;
}

Child::~Child() {
  if (pid_ > 0) {
    (void)::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
}

int Child::wait() {
  const trace::Span span(trace::Kind::kWait, "for the end of a process");
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) {
      throw errno_error(errno, "wait for process " + std::to_string(pid_));
    }
  }
  pid_ = -1;
  return decode_status(status);
}

std::optional<int> Child::wait_for(milliseconds timeout) {
  const trace::Span span(trace::Kind::kWait, "for the end of a process");
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    pollfd item{pidfd_.get(), POLLIN, 0};
    const int n = ::poll(&item, 1, static_cast<int>(std::max<long>(0, left.count())));
    if (n > 0) {
      return wait();
    }
    if (n == 0) {
      return std::nullopt;
    }
  }
}

std::vector<std::string> environment_with(const std::vector<std::string>& more,
                                          std::string_view without) {
  std::vector<std::string> env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool dropped = !without.empty() && text.starts_with(without);
    if (!dropped && std::none_of(more.begin(), more.end(), [&](const std::string& other) {
          return other.starts_with(name);
        })) {
      env.emplace_back(text);
    }
  }
  env.insert(env.end(), more.begin(), more.end());
  return env;
}

Child spawn(const std::vector<std::string>& argv, const SpawnOptions& options) {
  if (argv.empty()) {
    throw Error(Code::kInvalid, "no program given");
  }
  const trace::Span span(trace::Kind::kProcess, "spawn ", argv.front());
  const std::optional<std::string> program = find_program(argv.front());
  if (!program) {
    throw Error(Code::kNotFound, "program " + argv.front() + " is not installed");
  }
  std::vector<char*> args = pointers(argv);
  std::vector<char*> env_block;
  if (options.env) {
    env_block = pointers(*options.env);
  }

  // Sources are moved above all targets first, so that no dup2 overwrites one still needed.
  int highest = 2;
  for (const auto& [target, source] : options.fds) {
    highest = std::max(highest, target);
  }
  std::vector<UniqueFd> moved;
  std::vector<std::pair<int, int>> fds;
  for (const auto& [target, source] : options.fds) {
    UniqueFd high;
    if (source < 0) {
      const UniqueFd null = open_file("/dev/null", O_RDWR);
      high.reset(::fcntl(null.get(), F_DUPFD_CLOEXEC, highest + 1));
    } else {
      high.reset(::fcntl(source, F_DUPFD_CLOEXEC, highest + 1));
    }
    if (!high) {
      throw errno_error(errno, "duplicate a descriptor for " + argv.front());
    }
    fds.emplace_back(target, high.get());
    moved.push_back(std::move(high));
  }

  sigset_t all;
  sigset_t old;
  (void)::sigfillset(&all);
  (void)::pthread_sigmask(SIG_SETMASK, &all, &old);
  const ChildSetup setup{program->c_str(),
                         args.data(),
                         options.env ? env_block.data() : environ,
                         &fds,
                         &options.hide,
                         options.directory.empty() ? nullptr : options.directory.c_str(),
                         options.new_process_group,
                         options.new_session,
                         &old};
  volatile int failure = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const pid_t pid = ::vfork();
#pragma GCC diagnostic pop
  if (pid == 0) {
    exec_child(setup, &failure);
  }
  const int fork_error = errno;
  (void)::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (pid < 0) {
    throw errno_error(fork_error, "start " + *program);
  }
  if (failure != 0) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    throw errno_error(failure, "start " + *program);
  }
  return {pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
}

CommandResult run_command(const Command& command) {
  const trace::Span span(trace::Kind::kProcess, line_of(command.argv));
  auto [in_read, in_write] = make_pipe();
  auto [out_read, out_write] = make_pipe();
  auto [err_read, err_write] = make_pipe();
  SpawnOptions options;
  options.env = command.env;
  options.hide = command.hide;
  options.fds = {{0, in_read.get()}, {1, out_write.get()}, {2, err_write.get()}};
  options.new_process_group = command.timeout.has_value() || command.cancelled != nullptr;
  Child child = spawn(command.argv, options);
  in_read.reset();
  out_write.reset();
  err_write.reset();

  const auto stop = [&](Code code, const std::string& message) {
    (void)::kill(-child.pid(), SIGKILL);
    throw Error(code, message);
  };
  const auto deadline = command.timeout ? steady_clock::now() + *command.timeout
                                        : steady_clock::time_point::max();
  CommandResult result;
  std::string_view input = command.stdin_data;
  set_nonblocking(in_write.get());
  if (input.empty()) {
    in_write.reset();
  }
  // SIGPIPE from a child that does not read must not end us.
  sigset_t pipe_signal;
  sigset_t old;
  (void)::sigemptyset(&pipe_signal);
  (void)::sigaddset(&pipe_signal, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &pipe_signal, &old);
  const auto restore = [&] {
    const timespec now{};
    while (::sigtimedwait(&pipe_signal, nullptr, &now) == SIGPIPE) {
    }
    (void)::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  };
  try {
    while (out_read || err_read) {
      std::array<pollfd, 4> items{
          pollfd{out_read.get(), POLLIN, 0}, pollfd{err_read.get(), POLLIN, 0},
          pollfd{in_write.get(), POLLOUT, 0}, pollfd{child.pidfd(), POLLIN, 0}};
      long wait_ms = -1;
      if (command.timeout) {
        wait_ms = std::max<long>(
            0,
            std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count());
      }
      if (command.cancelled) {
        wait_ms = wait_ms < 0 ? 200 : std::min(wait_ms, 200L);
      }
      const int n = ::poll(items.data(), items.size(), static_cast<int>(wait_ms));
      if (n < 0 && errno != EINTR) {
        throw errno_error(errno, "poll");
      }
      if (command.timeout && steady_clock::now() >= deadline) {
        stop(Code::kTimeout, command.argv.front() + " did not end within " +
                                 std::to_string(command.timeout->count()) +
                                 " ms and was killed");
      }
      if (command.cancelled && command.cancelled()) {
        stop(Code::kCancelled, "interrupted while running " + command.argv.front());
      }
      if (n <= 0) {
        continue;
      }
      std::array<char, 16384> buffer{};
      const auto drain = [&](UniqueFd& fd, short events, std::string& into) {
        if (events == 0) {
          return;
        }
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got > 0) {
          into.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
          fd.reset();
        }
      };
      drain(out_read, items[0].revents, result.out);
      drain(err_read, items[1].revents, result.err);
      if (items[2].revents != 0) {
        const ssize_t put = ::write(in_write.get(), input.data(), input.size());
        if (put > 0) {
          input.remove_prefix(static_cast<std::size_t>(put));
        }
        if (input.empty() || (put < 0 && errno != EAGAIN && errno != EINTR)) {
          in_write.reset();
        }
      }
      // A grandchild may keep our pipes open for ever: once the program itself has ended,
      // only what is already in the pipes counts.
      if (items[3].revents != 0) {
        for (auto* end : {&out_read, &err_read}) {
          std::string& into = end == &out_read ? result.out : result.err;
          if (*end) {
            set_nonblocking(end->get());
            ssize_t got = 0;
            while ((got = ::read(end->get(), buffer.data(), buffer.size())) > 0) {
              into.append(buffer.data(), static_cast<std::size_t>(got));
            }
          }
        }
        break;
      }
    }
    in_write.reset();
    if (command.timeout) {
      const auto left =
          std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
      const std::optional<int> code = child.wait_for(std::max(left, milliseconds(0)));
      if (!code) {
        stop(Code::kTimeout, "did not end in time and was killed");
      }
      result.exit_code = *code;
    } else {
      result.exit_code = child.wait();
    }
  } catch (...) {
    restore();
    throw;
  }
  restore();
  return result;
}

}  // namespace gantry
