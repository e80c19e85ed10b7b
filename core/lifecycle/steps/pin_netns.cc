// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

// Without networks the runtime makes the namespace itself: nothing outside needs it.
bool wants_netns(const model::ContainerConfig& config) {
  return config.network.mode == model::NetworkMode::kBridge;
}

// A user namespace must own the network namespace, or its root could neither mount /sys nor
// listen on port 80: the runtime makes both, and setting up the network pins the latter.
bool makes_netns(const model::ContainerConfig& config) {
  return wants_netns(config) && config.id_mapping.empty();
}

void run(StepContext& context) {
  if (makes_netns(context.config)) {
    const std::filesystem::path path = context.engine.layout.netns(context.config.id);
    context.engine.mounter.pin_netns(path);
    context.state.netns_path = path;
  }
}

void undo(StepContext& context) {
  if (wants_netns(context.config)) {
    context.engine.mounter.unpin_netns(context.engine.layout.netns(context.config.id));
    context.state.netns_path.clear();
  }
}

}  // namespace

const Step kPinNetns{"pin netns", run, undo};

}  // namespace gantry::lifecycle
