// SPDX-License-Identifier: Apache-2.0
#include <set>

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
  std::set<std::string> made;
  bool corrected = false;
  for (model::Mount& mount : context.draft->mounts) {
    if (mount.kind != model::MountKind::kVolume) {
      continue;
    }
    if (volumes.claim(mount.source, context.config.id, mount.anonymous)) {
      made.insert(mount.source);
      announce(context.engine, {.type = "volume", .name = mount.source}, "create");
    } else if (mount.anonymous && !made.contains(mount.source)) {
      mount.anonymous = false;  // another's: it does not die with this container
      corrected = true;
    }
  }
  if (corrected) {
    context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
      writer.update_container(context.config);
    });
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
