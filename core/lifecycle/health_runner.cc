// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/health_runner.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::lifecycle {

namespace {

constexpr const char* kRunner = "healthcheck-watch";

}  // namespace

void start_health_runner(const engine::Engine& engine, const std::string& id) {
  if (engine.settings.own_command.empty()) {
    return;
  }
  std::vector<std::string> argv = engine.settings.own_command;
  argv.insert(argv.end(), {"container", kRunner, id});
  SpawnOptions options;
  options.fds = {{0, -1}, {1, -1}, {2, -1}};
  options.new_session = true;
  options.directory = "/";
  Child runner = spawn(argv, options);
  write_file(engine.layout.health_pid(id), std::to_string(runner.pid()), 0600);
  (void)runner.release();
}

void stop_health_runner(const engine::Engine& engine, const std::string& id) {
  const auto text = read_file_if_exists(engine.layout.health_pid(id));
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
  remove_file(engine.layout.health_pid(id));
}

}  // namespace gantry::lifecycle
