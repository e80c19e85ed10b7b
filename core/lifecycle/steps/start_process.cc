// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/invocation_error.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  if (context.before_start) {
    context.before_start();
  }
  if (context.restoration != nullptr) {
    // Restoring went past the start: its processes run.
    context.state.status = model::Status::kRunning;
    context.state.started_ns = context.engine.clock.now_ns();
    return;
  }
  ports::Runtime& runtime = context.engine.backends.runtime(context.config.backends.runtime);
  // Taken before: a short process has ended by the time that the runtime answers.
  const std::int64_t now = context.engine.clock.now_ns();
  try {
    runtime.start(context.config.id);
  } catch (const Error& error) {
    throw InvocationError(error);
  }
  context.state.status = model::Status::kRunning;
  context.state.started_ns = now;
}

// Deleting it from the runtime, which the launch step undoes, ends the process too.
void undo(StepContext&) {}

}  // namespace

const Step kStartProcess{"start process", run, undo};

}  // namespace gantry::lifecycle
