// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/container_files.h"
#include "core/lifecycle/network_request.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

bool wants_network(const model::ContainerConfig& config) {
  return config.network.mode == model::NetworkMode::kBridge &&
         !config.network.attachments.empty();
}

// The one that the runtime made in the container's user namespace; see pin_netns.cc.
void pin_created_netns(StepContext& context) {
  kAwaitCreated.run(context);
  const std::filesystem::path path = context.engine.layout.netns(context.config.id);
  context.engine.mounter.pin_netns_of(context.state.pid, path);
  context.state.netns_path = path;
}

void run(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (wants_network(config)) {
    if (!config.id_mapping.empty()) {
      pin_created_netns(context);
    }
    const locks::Lock hold = context.engine.locks.acquire_shared(
        locks::Kind::kNetwork, kAttachmentsLock, locks::LockTable::kPatience);
    context.state.network_status =
        context.engine.backends.network(config.backends.network)
            .setup(network_request(config, context.state.netns_path));
    update_network_files(context);
  }
}

void undo(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (wants_network(config)) {
    context.engine.backends.network(config.backends.network)
        .teardown(network_request(config, context.engine.layout.netns(config.id)));
    context.state.network_status = Json::object();
  }
}

}  // namespace

const Step kSetupNetwork{"set up network", run, undo};

}  // namespace gantry::lifecycle
