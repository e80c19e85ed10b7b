// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/lifecycle/labels.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_namespace.h"

namespace gantry::lifecycle {

namespace {

// Only a container with an ipc namespace of its own has a /dev/shm of its own.
bool wants_shm(const model::ContainerConfig& config) {
  if (config.ipc.mode != "private" && config.ipc.mode != "shareable") {
    return false;
  }
  return std::none_of(
      config.mounts.begin(), config.mounts.end(),
      [](const model::Mount& mount) { return mount.destination == "/dev/shm"; });
}

void run(StepContext& context) {
  if (wants_shm(context.config)) {
    context.engine.mounter.mount_tmpfs(context.engine.layout.shm(context.config.id),
                                       context.config.shm_size, 01777);
    give_to_container(context.config, context.engine.layout.shm(context.config.id));
    label_for_container(context.config, context.engine.layout.shm(context.config.id));
  }
}

void undo(StepContext& context) {
  if (wants_shm(context.config)) {
    context.engine.mounter.unmount(context.engine.layout.shm(context.config.id));
  }
}

}  // namespace

const Step kMountShm{"mount shm", run, undo};

}  // namespace gantry::lifecycle
