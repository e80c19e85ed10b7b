// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>

#include "core/lifecycle/steps/steps.h"
#include "core/volume/volumes.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

std::filesystem::path bind_source(const model::Mount& mount) {
  struct stat info {};
  if (::stat(mount.source.c_str(), &info) != 0) {
    throw Error(Code::kNotFound, "statfs " + mount.source +
                                     ": no such file or directory: make it, or mount another "
                                     "folder on " +
                                     mount.destination);
  }
  return mount.source;
}

// A read-only mount of an image's layers, named after the container and its place in the
// list, so that undo finds it.
std::string image_mount_id(const model::ContainerConfig& config, std::size_t index) {
  return config.id + "-image" + std::to_string(index);
}

std::filesystem::path mount_image(StepContext& context, const model::Mount& mount,
                                  std::size_t index) {
  const auto image = context.engine.store.read(
      [&](const store::Reader& reader) { return reader.find_image(mount.image_id); });
  if (!image || image->layers.empty()) {
    throw Error(Code::kNotFound, mount.source + ": image not known: pull it first");
  }
  ports::Storage& storage = context.engine.backends.storage(context.config.backends.storage);
  const std::string layer = image_mount_id(context.config, index);
  storage.remove(layer);
  storage.create({.id = layer,
                  .parent = image->layers.back(),
                  .writable = true,
                  .mapping = context.config.id_mapping,
                  .options_json = {}});
  storage.commit(layer);
  return storage.mount({.id = layer, .read_only = false, .mount_label = {}, .mapping = {}});
}

void run(StepContext& context) {
  volume::Volumes volumes(context.engine.store, context.engine.layout.volumes());
  for (std::size_t i = 0; i < context.config.mounts.size(); ++i) {
    const model::Mount& mount = context.config.mounts[i];
    std::filesystem::path& source = context.mount_sources[mount.destination];
    switch (mount.kind) {
      case model::MountKind::kBind:
        source = bind_source(mount);
        break;
      case model::MountKind::kVolume:
        source = volumes.mount(mount.source, context.config.id);
        if (!mount.no_copy) {
          volumes.copy_up(mount.source, context.state.mount_point, mount.destination);
        }
        break;
      case model::MountKind::kImage:
        source = mount_image(context, mount, i);
        break;
      case model::MountKind::kTmpfs:
      case model::MountKind::kDevpts:
        break;
    }
  }
}

void undo(StepContext& context) {
  volume::Volumes volumes(context.engine.store, context.engine.layout.volumes());
  for (std::size_t i = 0; i < context.config.mounts.size(); ++i) {
    const model::Mount& mount = context.config.mounts[i];
    if (mount.kind == model::MountKind::kVolume) {
      volumes.unmount(mount.source, context.config.id);
    } else if (mount.kind == model::MountKind::kImage) {
      context.engine.backends.storage(context.config.backends.storage)
          .remove(image_mount_id(context.config, i));
    }
  }
}

}  // namespace

const Step kMountVolumes{"mount volumes", run, undo};

}  // namespace gantry::lifecycle
