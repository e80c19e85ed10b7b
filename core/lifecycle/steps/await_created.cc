// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/invocation_error.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_namespace.h"
#include "sdk/support/output_file.h"

namespace gantry::lifecycle {

namespace {

// A create that takes longer hangs: in a hook, on a dead file server.
constexpr std::chrono::minutes kCreateTimeout{4};

void run(StepContext& context) {
  if (context.launch == nullptr) {
    return;  // setting up the network had to wait for it
  }
  ports::Runtime& runtime = context.engine.backends.runtime(context.config.backends.runtime);
  try {
    const ports::Started started = context.launch->finish(kCreateTimeout);
    context.state.pid = started.pid;
    context.state.monitor_pid = started.monitor_pid;
  } catch (const ports::RuntimeFailed& failure) {
    throw InvocationError(runtime.classify_error(failure.exit_code(), failure.output()));
  }
  context.launch.reset();
  if (context.config.log.driver != "passthrough") {  // those would be the caller's own
    give_streams(context.config, context.state.mount_point, context.state.pid);
  }
  if (!context.config.conmon_pid_file.empty()) {
    write_output(context.config.conmon_pid_file, std::to_string(context.state.monitor_pid));
  }
  context.state.boot_id = context.engine.processes.boot_id();
  context.state.status = model::Status::kCreated;
}

// What it waited for is undone with the step that began it.
void undo(StepContext&) {}

}  // namespace

const Step kAwaitCreated{"await created", run, undo};

}  // namespace gantry::lifecycle
