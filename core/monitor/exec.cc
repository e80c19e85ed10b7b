// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/exec.h"

#include <sys/stat.h>

#include <cerrno>

#include "core/monitor/exit_file.h"
#include "sdk/support/errno_error.h"

namespace gantry::monitor {

namespace {

constexpr std::chrono::seconds kSocketTimeout{30};

std::vector<std::string> prepared_argv(const Programs& programs,
                                       const ports::ExecRequest& request) {
  std::vector<std::string> argv = exec_argv(programs, request);
  // The session's own folder is not made anew: the container may have been removed meanwhile.
  const std::string exits = request.session_dir + "/exit";
  if (::mkdir(exits.c_str(), 0700) != 0 && errno != EEXIST) {
    throw errno == ENOENT ? Error(Code::kNotFound, "container " + request.container_id +
                                                       " ended just now: container is not "
                                                       "running")
                          : errno_error(errno, "make folder " + exits);
  }
  return argv;
}

}  // namespace

ConmonExec::ConmonExec(const Programs& programs, const ports::ExecRequest& request)
    : session_dir_(request.session_dir),
      container_id_(request.container_id),
      process_(prepared_argv(programs, request), {.env = request.plan.env,
                                                  .directory = request.session_dir,
                                                  .own_stdio = false,
                                                  .attach = request.attach,
                                                  .preserve_fds = request.preserve_fds}) {
  if (request.attach) {
    process_.wait_for_socket(kSocketTimeout);
  }
}

ports::Started ConmonExec::start(std::chrono::milliseconds timeout) {
  process_.release_command();
  const int pid = process_.wait_for_pid(timeout);
  process_.let_live();
  return {.pid = pid, .monitor_pid = process_.pid()};
}

int ConmonExec::wait() {
  if (const std::optional<int> code = process_.wait_for_number()) {
    return *code;
  }
  // The pipe can only be closed without a number by the monitor's violent death.
  if (const auto record = read_exit({container_id_, session_dir_ + "/exit", "", 0})) {
    return record->exit_code;
  }
  throw Error(Code::kIo, "the monitor of an exec session in container " + container_id_ +
                             " died; the exit code of the command is lost");
}

}  // namespace gantry::monitor
