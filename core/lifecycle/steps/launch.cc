// SPDX-License-Identifier: Apache-2.0
#include "core/hooks/run_hook.h"
#include "core/lifecycle/cgroup_leftovers.h"
#include "core/lifecycle/steps/steps.h"
#include "core/log/log.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// A foreground command cleans up itself and then dismisses the monitor; only if it was
// killed does the monitor's exit command get to run, after this many seconds.
constexpr unsigned kForegroundExitDelay = 2;

int monitor_pid_of(const StepContext& context) {
  if (context.state.monitor_pid > 0) {
    return context.state.monitor_pid;
  }
  // The starter died before it wrote the state; the monitor wrote its own pid.
  const auto text =
      read_file_if_exists(context.engine.layout.monitor_pid_file(context.config.id));
  return text ? std::atoi(text->c_str()) : 0;
}

void plan_creation(const StepContext& context, ports::Runtime& runtime,
                   ports::LaunchRequest& request) {
  if (context.restoration == nullptr) {
    request.plan =
        runtime.create_plan({request.id, request.bundle, context.config.cgroups != "disabled"});
    return;
  }
  const layout::Layout& layout = context.engine.layout;
  make_directories(layout.criu(request.id), 0700);
  request.restore_path = layout.checkpoint(request.id);
  request.plan = runtime.restore_plan({.id = request.id,
                                       .bundle = request.bundle,
                                       .image_path = request.restore_path,
                                       .work_path = layout.criu(request.id),
                                       .tcp_established = context.restoration->tcp_established,
                                       .file_locks = context.restoration->file_locks});
}

void run(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  const layout::Layout& layout = context.engine.layout;
  ports::Runtime& runtime = context.engine.backends.runtime(config.backends.runtime);
  ports::LaunchRequest request;
  request.id = config.id;
  request.name = config.name;
  request.bundle = layout.bundle(config.id);
  plan_creation(context, runtime, request);
  request.exit_dir = layout.exits();
  request.persist_dir = layout.persist(config.id);
  request.log = config.log;
  if (request.log.path.empty() && config.log.driver != "none" &&
      config.log.driver != "passthrough") {
    request.log.path = layout.log(config.id);
  }
  request.terminal = config.process.terminal;
  request.stdin_open = config.process.stdin_open;
  request.exit_command = context.engine.settings.exit_command;
  request.exit_command.push_back(config.id);
  request.exit_delay_s = context.foreground ? kForegroundExitDelay : 0;
  request.pid_file =
      config.pid_file.empty() ? layout.pid_file(config.id).string() : config.pid_file;
  request.monitor_pid_file = layout.monitor_pid_file(config.id);
  context.launch = context.engine.monitor.launch(request);
}

void undo(StepContext& context) {
  context.launch.reset();
  const std::string& id = context.config.id;
  // First the monitor, whose exit command would come into our way; then what the runtime
  // still has. Deleting by force ends every process of the container.
  context.engine.monitor.dismiss(monitor_pid_of(context), id);
  {
    // Also of a runtime that is not there any more: then this is what ends the processes.
    const Cleanup cgroups([&] { remove_cgroups(cgroups_path(context.config)); });
    context.engine.backends.runtime(context.config.backends.runtime).remove(id, true);
  }
  const layout::Layout& layout = context.engine.layout;
  for (const std::string& failure :
       hooks::run_poststop(layout.poststop(id), id, layout.bundle(id))) {
    log::warning("ignoring that a hook failed: " + failure);
  }
  context.state.pid = 0;
  context.state.monitor_pid = 0;
}

}  // namespace

const Step kLaunch{"launch", run, undo};

}  // namespace gantry::lifecycle
