// SPDX-License-Identifier: Apache-2.0
//
// The folder is the mark of an activation: while it exists there may be something to undo.
// So it is made before, and removed after, all else.
#include "core/engine/run_folder.h"
#include "core/lifecycle/steps/steps.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  engine::claim_run(layout, usual_wait(context.engine.cancellation));
  make_directories(layout.bundle(id), 0700);
  make_directories(layout.files(id), 0755);
  make_directories(layout.persist(id), 0700);
  make_directories(layout.exits(), 0700);
}

void undo(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  remove_file(layout.exit_file(context.config.id));
  remove_tree(layout.container_run(context.config.id));
}

}  // namespace

const Step kRunFolder{"run folder", run, undo};

}  // namespace gantry::lifecycle
