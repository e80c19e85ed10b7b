// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"
#include "core/volume/volumes.h"

namespace gantry::lifecycle {

namespace {

bool has_volumes(const model::ContainerConfig& config) {
  for (const model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      return true;
    }
  }
  return false;
}

void run(StepContext& context) {
  if (!has_volumes(context.config)) {
    return;
  }
  volume::Volumes volumes(context.engine.store, context.engine.layout.volumes());
  for (const model::Mount& mount : context.config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      volumes.claim(mount.source, context.config.id, mount.anonymous);
    }
  }
}

void undo(StepContext& context) {
  if (!has_volumes(context.config)) {
    return;
  }
  volume::Volumes volumes(context.engine.store, context.engine.layout.volumes());
  for (const model::Mount& mount : context.config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      volumes.release(mount.source, context.config.id,
                      mount.anonymous && context.remove_anonymous_volumes);
    }
  }
}

}  // namespace

const Step kClaimVolumes{"claim volumes", run, undo};

}  // namespace gantry::lifecycle
