// SPDX-License-Identifier: Apache-2.0
//
// The end of a checkpoint: what is in /dev/shm when the processes do not change it any more,
// and all of it on the disk.
#include <fcntl.h>

#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "core/tree/pack.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  remove_file(layout.checkpoint(id) / kShmRoom);
  if (gantry::exists(layout.shm(id))) {
    const UniqueFd shm = open_file(layout.shm(id), O_PATH | O_DIRECTORY);
    const UniqueFd tar =
        open_file(layout.checkpoint(id) / kShmContent, O_WRONLY | O_CREAT | O_EXCL, 0600);
    tree::pack(shm.get(), {}, tar.get(), "/dev/shm of container " + context.config.name);
  }
  seal_checkpoint(layout, id);
}

// It goes with the folder, which the step that made it removes.
void undo(StepContext&) {}

}  // namespace

const Step kSealCheckpoint{"seal checkpoint", run, undo};

}  // namespace gantry::lifecycle
