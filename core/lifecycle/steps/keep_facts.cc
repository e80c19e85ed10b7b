// SPDX-License-Identifier: Apache-2.0
//
// What the images of a checkpoint do not tell: the addresses that the container had, what was
// in its /dev/shm, and what it was asked to be.
#include <fcntl.h>

#include "core/lifecycle/artifacts.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "core/tree/pack.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void keep_shm(const StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  remove_artifact(layout, id, kShmContent);
  if (!gantry::exists(layout.shm(id))) {
    return;
  }
  const UniqueFd shm = open_file(layout.shm(id), O_PATH | O_DIRECTORY);
  const UniqueFd tar =
      open_file(place_artifact(layout, id, kShmContent), O_WRONLY | O_CREAT | O_EXCL, 0600);
  tree::pack(shm.get(), {}, tar.get(), "/dev/shm of container " + context.config.name);
}

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  keep_shm(context);
  add_artifact(layout, id, kNetworkStatus, to_text(context.state.network_status));
  add_artifact(layout, id, kConfigDump,
               config_dump(context.config, context.engine.clock.now_ns()));
  add_artifact(layout, id, kSpecDump, read_file(layout.bundle(id) / "config.json"));
}

void undo(StepContext& context) {
  for (const char* name : {kShmContent, kNetworkStatus, kConfigDump, kSpecDump}) {
    remove_artifact(context.engine.layout, context.config.id, name);
  }
}

}  // namespace

const Step kKeepFacts{"keep facts", run, undo};

}  // namespace gantry::lifecycle
