// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/conmon_monitor.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/monitor/attachment.h"
#include "core/monitor/cgroup_attach.h"
#include "core/monitor/control_fifo.h"
#include "core/monitor/exec.h"
#include "core/monitor/exit_file.h"
#include "core/monitor/exit_watch.h"
#include "core/monitor/launch.h"

namespace gantry::monitor {

namespace {

// SIGKILL, as a conmon that is asked nicely passes the signal on to the container, and would
// run its exit command beside whoever is undoing.
void end_monitor(int monitor_pid, const std::string& id) noexcept {
  // Run as its exit command we are its child: it ends when we do.
  if (monitor_pid == ::getppid()) {
    return;
  }
  try {
    const UniqueFd fd = open_monitor(monitor_pid, id);
    if (!fd) {
      return;
    }
    // With it goes the process that waits out the exit delay: conmon leads their group.
    if (::getpgid(monitor_pid) == monitor_pid) {
      (void)::kill(-monitor_pid, SIGKILL);
    }
    (void)::syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0);
    pollfd item{fd.get(), POLLIN, 0};
    (void)::poll(&item, 1, 5000);
    siginfo_t info{};
    (void)::waitid(P_PIDFD, static_cast<id_t>(fd.get()), &info, WEXITED | WNOHANG);
  } catch (const std::exception&) {
    // It went away while we looked.
  }
}

}  // namespace

void ConmonMonitor::expect_launch() noexcept { begin_cgroup_attach(); }

std::unique_ptr<ports::Launch> ConmonMonitor::launch(const ports::LaunchRequest& request) {
  return std::make_unique<ConmonLaunch>(programs_, request);
}

std::unique_ptr<ports::Exec> ConmonMonitor::exec(const ports::ExecRequest& request) {
  return std::make_unique<ConmonExec>(programs_, request);
}

std::unique_ptr<ports::Attachment> ConmonMonitor::attach(const ports::AttachRequest& request) {
  return std::make_unique<SocketAttachment>(request);
}

std::optional<ports::ExitRecord> ConmonMonitor::read_exit(const ports::ExitSource& source) {
  return monitor::read_exit(source);
}

void ConmonMonitor::clear_exit(const ports::ExitSource& source) { monitor::clear_exit(source); }

bool ConmonMonitor::is_alive(int monitor_pid, const std::string& id) {
  return monitor_is_alive(monitor_pid, id);
}

std::optional<ports::Ended> ConmonMonitor::wait_any(
    const std::vector<ports::ExitSource>& sources,
    std::optional<std::chrono::milliseconds> timeout) {
  return ExitWatch(sources).next(timeout, cancelled_);
}

void ConmonMonitor::resize(const std::string& socket_dir, unsigned rows, unsigned columns) {
  resize_terminal(socket_dir, rows, columns);
}

void ConmonMonitor::dismiss(int monitor_pid, const std::string& id) noexcept {
  if (monitor_pid > 0) {
    end_monitor(monitor_pid, id);
    return;
  }
  try {
    for (const int pid : find_monitors(id)) {
      end_monitor(pid, id);
    }
  } catch (const std::exception&) {  // system check finds what is left
  }
}

}  // namespace gantry::monitor
