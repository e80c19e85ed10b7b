// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/mount_sources.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  for (std::size_t i = 0; i < context.config.mounts.size(); ++i) {
    context.mount_sources[context.config.mounts[i].destination] = make_mount_source(context, i);
  }
}

void undo(StepContext& context) {
  for (std::size_t i = context.config.mounts.size(); i > 0; --i) {
    drop_mount_source(context, i - 1);
  }
}

}  // namespace

const Step kMountVolumes{"mount volumes", run, undo};

}  // namespace gantry::lifecycle
