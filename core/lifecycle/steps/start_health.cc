// SPDX-License-Identifier: Apache-2.0
//
// The runner of the health check: a process of its own that ends with the container.
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "core/health/record.h"
#include "core/lifecycle/steps/steps.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::lifecycle {

namespace {

constexpr const char* kRunner = "healthcheck-watch";

// Interval 0 is "disable": checks only by hand.
bool wants_runner(const StepContext& context) {
  return health::has_check(context.config.health) && context.config.health.interval_ns > 0 &&
         !context.engine.settings.own_command.empty();
}

void run(StepContext& context) {
  const std::string& id = context.config.id;
  if (!health::has_check(context.config.health)) {
    return;
  }
  health::write_record(context.engine.layout.health(id), {});
  if (!wants_runner(context)) {
    return;
  }
  std::vector<std::string> argv = context.engine.settings.own_command;
  argv.insert(argv.end(), {"container", kRunner, id});
  SpawnOptions options;
  options.fds = {{0, -1}, {1, -1}, {2, -1}};
  options.new_session = true;
  options.directory = "/";
  Child runner = spawn(argv, options);
  write_file(context.engine.layout.health_pid(id), std::to_string(runner.pid()), 0600);
  (void)runner.release();
}

// It ends by itself too; this is for not having it look on while the container is undone.
void undo(StepContext& context) {
  const std::string& id = context.config.id;
  const auto text = read_file_if_exists(context.engine.layout.health_pid(id));
  const int pid = text ? std::atoi(text->c_str()) : 0;
  if (pid <= 0 || pid == ::getpid()) {
    return;
  }
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const auto words = read_file_if_exists("/proc/" + std::to_string(pid) + "/cmdline");
  // Pids are used again: only one that says so is ours.
  if (process && words && words->find(kRunner) != std::string::npos &&
      words->find(id) != std::string::npos) {
    (void)::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0U);
  }
  remove_file(context.engine.layout.health_pid(id));
}

}  // namespace

const Step kStartHealth{"start health check", run, undo};

}  // namespace gantry::lifecycle
