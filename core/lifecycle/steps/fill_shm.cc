// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "core/tree/unpack.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  if (context.restoration == nullptr || !gantry::exists(layout.shm(id))) {
    return;
  }
  const std::filesystem::path content = layout.checkpoint(id) / kShmContent;
  if (!gantry::exists(content)) {
    return;
  }
  const UniqueFd tar = open_file(content, O_RDONLY | O_NOFOLLOW);
  const UniqueFd shm = open_file(layout.shm(id), O_PATH | O_DIRECTORY);
  tree::unpack(tar.get(), shm.get(), "/", {}, "/dev/shm of container " + context.config.name);
}

// It goes with the mount.
void undo(StepContext&) {}

}  // namespace

const Step kFillShm{"fill shm", run, undo};

}  // namespace gantry::lifecycle
