// SPDX-License-Identifier: Apache-2.0
//
// The images of the processes.
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  make_directories(layout.criu(id), 0700);
  ports::CheckpointRequest request;
  request.id = id;
  request.image_path = layout.checkpoint(id);
  request.work_path = layout.criu(id);
  request.leave_running = context.dump->leave_running;
  request.tcp_established = context.dump->tcp_established;
  request.file_locks = context.dump->file_locks;
  try {
    context.engine.backends.runtime(context.config.backends.runtime).checkpoint(request);
  } catch (const Error& e) {
    throw with_criu_reason(e, layout, id, "dump.log");
  }
}

// They go with the folder, which the step that made it removes.
void undo(StepContext&) {}

}  // namespace

const Step kDumpProcess{"dump process", run, undo};

}  // namespace gantry::lifecycle
