// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/launch.h"

#include "core/monitor/exit_file.h"
#include "sdk/support/files.h"
#include "sdk/support/output_file.h"

namespace gantry::monitor {

namespace {

constexpr std::chrono::seconds kUndoTimeout{10};

ProcessOptions options_of(const ports::LaunchRequest& request) {
  return {.env = request.plan.env,
          .directory = request.bundle,
          .own_stdio = request.log.driver == "passthrough",
          .attach = false,
          .preserve_fds = request.preserve_fds};
}

// What an earlier run left would be taken for news.
std::vector<std::string> prepared_argv(const Programs& programs,
                                       const ports::LaunchRequest& request) {
  std::vector<std::string> argv = launch_argv(programs, request);
  make_directories(request.exit_dir, 0711);
  clear_exit({request.id, request.exit_dir, request.bundle});
  if (!request.persist_dir.empty()) {
    make_directories(request.persist_dir, 0700);
    remove_file(request.persist_dir + "/exit");
    remove_file(request.persist_dir + "/oom");
  }
  remove_file(pid_file_of(request));
  return argv;
}

}  // namespace

ConmonLaunch::ConmonLaunch(const Programs& programs, const ports::LaunchRequest& request)
    : name_(request.name), process_(prepared_argv(programs, request), options_of(request)) {
  // With --sync conmon leaves this to whoever started it.
  if (!request.monitor_pid_file.empty()) {
    write_output(request.monitor_pid_file, std::to_string(process_.pid()));
  }
}

ConmonLaunch::~ConmonLaunch() {
  if (waited_) {
    return;
  }
  try {
    (void)process_.wait_for_pid(kUndoTimeout);
  } catch (const std::exception&) {
    // It failed or hangs: either way it is killed now.
  }
}

ports::Started ConmonLaunch::finish(std::chrono::milliseconds timeout) {
  waited_ = true;
  const int pid = process_.wait_for_pid(timeout);
  process_.let_live();
  return {.pid = pid, .monitor_pid = process_.pid()};
}

}  // namespace gantry::monitor
