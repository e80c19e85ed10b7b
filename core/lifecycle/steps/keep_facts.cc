// SPDX-License-Identifier: Apache-2.0
//
// A folder for the checkpoint, and in it what the images of the processes will not tell: the
// addresses that the container had, and what it was asked to be. All that can be written while
// the processes live is: after their end a full disk would cost more than the checkpoint.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// What is in /dev/shm is read after the end of the processes; that it will fit is seen before.
void keep_shm_room(const StepContext& context) {
  constexpr std::uint64_t kHeaders = 2048;  // of a file in the archive
  const layout::Layout& layout = context.engine.layout;
  const std::filesystem::path shm = layout.shm(context.config.id);
  struct stat mount {};
  struct stat above {};
  struct statvfs use {};
  if (::stat(shm.c_str(), &mount) != 0 || ::stat(shm.parent_path().c_str(), &above) != 0 ||
      mount.st_dev == above.st_dev || ::statvfs(shm.c_str(), &use) != 0) {
    return;  // it has none of its own
  }
  const std::uint64_t room =
      (use.f_blocks - use.f_bfree) * use.f_frsize + (use.f_files - use.f_ffree + 5) * kHeaders;
  const UniqueFd file = open_file(layout.checkpoint(context.config.id) / kShmRoom,
                                  O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (const int err = ::posix_fallocate(file.get(), 0, static_cast<off_t>(room)); err != 0) {
    throw errno_error(err, "keep room for /dev/shm of container " + context.config.name);
  }
}

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  begin_checkpoint(context.engine, id);
  const auto keep = [&](const char* name, const std::string& text) {
    write_file(layout.checkpoint(id) / name, text, 0600);
  };
  keep(kNetworkStatus, to_text(context.state.network_status));
  keep(kConfigDump, config_dump(context.config, context.engine.clock.now_ns()));
  keep(kSpecDump, read_file(layout.bundle(id) / "config.json"));
  keep_shm_room(context);
}

void undo(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  if (has_checkpoint(layout, id)) {
    if (!gantry::exists(layout.checkpoint(id) / kUnsynced)) {
      return;  // the last one: no new one was begun
    }
    if (has_ended(context.engine, context.config, context.state) != false) {
      return;  // nothing else is left of its processes
    }
  }
  remove_tree(layout.checkpoint(id));
  settle_checkpoint(context.engine, id);
}

}  // namespace

const Step kKeepFacts{"keep facts", run, undo};

}  // namespace gantry::lifecycle
