// SPDX-License-Identifier: Apache-2.0
#include "core/engine/volumes.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"

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
  volume::Volumes volumes = volumes_of(context.engine);
  for (const model::Mount& mount : context.config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      if (volumes.claim(mount.source, context.config.id, mount.anonymous)) {
        announce(context.engine, {.type = "volume", .name = mount.source}, "create");
      }
    }
  }
}

void undo(StepContext& context) {
  if (!has_volumes(context.config)) {
    return;
  }
  volume::Volumes volumes = volumes_of(context.engine);
  for (const model::Mount& mount : context.config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      const bool remove_it = mount.anonymous && context.remove_anonymous_volumes;
      if (volumes.release(mount.source, context.config.id, remove_it)) {
        announce(context.engine, {.type = "volume", .name = mount.source}, "remove");
      }
    }
  }
}

}  // namespace

const Step kClaimVolumes{"claim volumes", run, undo};

}  // namespace gantry::lifecycle
