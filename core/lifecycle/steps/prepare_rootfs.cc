// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/mount_sources.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_mounts.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// What goes with the container at its end need not reach the disk before.
std::string options_of(const model::ContainerConfig& config) {
  return config.auto_remove ? R"({"volatile":"true"})" : "";
}

void run(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  make_directories(context.engine.layout.container_data(config.id), 0700);
  if (!config.rootfs.empty()) {
    return;
  }
  ports::Storage& storage = context.engine.backends.storage(config.backends.storage);
  storage.create({.id = config.id,
                  .parent = config.image_layer,
                  .writable = true,
                  .mapping = config.id_mapping,
                  .options_json = options_of(config)});
  if (context.root_changes >= 0) {
    (void)storage.apply(config.id, context.root_changes);
  }
  storage.commit(config.id);
}

void undo(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (config.rootfs.empty()) {
    context.engine.backends.storage(config.backends.storage).remove(config.id);
    save_user_mounts(context.engine, config.id, {});
  }
  unmount_leftovers(context.engine, config.id);
  remove_tree(context.engine.layout.container_data(config.id));
}

}  // namespace

const Step kPrepareRootfs{"prepare rootfs", run, undo};

}  // namespace gantry::lifecycle
