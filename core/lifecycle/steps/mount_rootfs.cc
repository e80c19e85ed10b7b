// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/user_namespace.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// A layer that is not there is not a container that is not there: callers ignore that.
std::string mount(const engine::Engine& engine, const model::ContainerConfig& config) {
  try {
    return engine.backends.storage(config.backends.storage)
        .mount({.id = config.id,
                .read_only = false,
                .mount_label = config.security.mount_label,
                .mapping = {}});
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
    throw Error(Code::kCorrupt, "container " + config.name + " has lost its files: " +
                                    e.what() + ": remove it and create it again");
  }
}

void run(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (!config.rootfs.empty()) {
    if (!gantry::exists(config.rootfs)) {
      throw Error(Code::kNotFound, "root file system " + config.rootfs + " does not exist");
    }
    require_passable(config, config.rootfs);
    context.state.mount_point = config.rootfs;
    return;
  }
  context.state.mount_point = mount(context.engine, config);
  require_passable(config, context.state.mount_point);
}

void undo(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  // What the user mounted stays mounted.
  if (config.rootfs.empty() && user_mounts(context.engine, config.id).count == 0) {
    context.engine.backends.storage(config.backends.storage).unmount(config.id);
    save_user_mounts(context.engine, config.id, {});
  }
  context.state.mount_point.clear();
}

}  // namespace

const Step kMountRootfs{"mount rootfs", run, undo};

}  // namespace gantry::lifecycle
