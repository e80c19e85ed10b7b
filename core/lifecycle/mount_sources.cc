// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/mount_sources.h"

#include <fcntl.h>

#include <algorithm>
#include <iterator>

#include "core/engine/volumes.h"
#include "core/lifecycle/labels.h"
#include "core/lifecycle/mapped_mounts.h"
#include "core/lifecycle/user_namespace.h"
#include "core/spec/selinux.h"
#include "core/spec/user.h"
#include "core/volume/change_tree.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;
using model::Mount;
using model::MountKind;

// An image's layers under a writable one of the container's own, named after it and its
// place in the list, so that undo finds it.
std::string image_mount_id(const model::ContainerConfig& config, std::size_t index) {
  return config.id + "-image" + std::to_string(index);
}

fs::path mount_image(const StepContext& context, const Mount& mount, std::size_t index) {
  const std::optional<model::Image> image = context.engine.store.read(
      [&](const store::Reader& reader) { return reader.find_image(mount.image_id); });
  if (!image) {
    throw Error(Code::kNotFound, mount.source + ": image not known: it was to be mounted on " +
                                     mount.destination);
  }
  if (image->layers.empty()) {
    throw Error(Code::kInvalid, "image " + mount.source + " holds no files to mount");
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
  return storage.mount({.id = layer,
                        .read_only = false,
                        .mount_label = context.config.security.mount_label,
                        .mapping = {}});
}

// A folder of the host may be reached by links, as its owner made them; what lies in a
// volume or a folder that containers write to may not lead out of it.
UniqueFd open_source(const Mount& mount, const fs::path& path) {
  try {
    UniqueFd source = open_file(path, O_PATH);
    return mount.sub_path.empty() ? std::move(source)
                                  : open_in_root(source.get(), mount.sub_path, O_PATH);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
    const std::string what =
        mount.sub_path.empty() ? path.string() : mount.sub_path + " in " + mount.source;
    throw Error(Code::kNotFound, "statfs " + what +
                                     ": no such file or directory: make it, or mount another "
                                     "folder on " +
                                     mount.destination);
  }
}

fs::path content_of(const StepContext& context, const Mount& mount, std::size_t index) {
  switch (mount.kind) {
    case MountKind::kBind:
      return mount.source;
    case MountKind::kVolume:
      return use_volume(context.engine, context.config, mount, context.state.mount_point);
    case MountKind::kImage:
      return mount_image(context, mount, index);
    case MountKind::kTmpfs:
    case MountKind::kDevpts:
      break;
  }
  return {};
}

// Giving one of these away would break the host.
void require_changeable(const fs::path& path) {
  constexpr const char* kKept[] = {"/",     "/bin",   "/boot",    "/dev",    "/etc", "/home",
                                   "/lib",  "/lib64", "/media",   "/mnt",    "/opt", "/proc",
                                   "/root", "/run",   "/sbin",    "/srv",    "/sys", "/tmp",
                                   "/usr",  "/var",   "/var/lib", "/var/log"};
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (std::find(std::begin(kKept), std::end(kKept), real) != std::end(kKept)) {
    throw Error(Code::kInvalid, "chowning host path \"" + real.string() +
                                    "\" is not allowed: leave out the option U, or chown it "
                                    "by hand");
  }
}

fs::path place_of(const StepContext& context, std::size_t index) {
  return context.engine.layout.mount_points(context.config.id) / std::to_string(index);
}

fs::path beside(const fs::path& place, const char* ending) { return place.string() + ending; }

// Asked for without what is mounted below it; crun 1.8 shows that all the same.
bool is_alone(const Mount& mount) {
  const auto& options = mount.options;
  return std::find(options.begin(), options.end(), "bind") != options.end();
}

// Whether a path does not do: it could lead elsewhere by the time that the runtime mounts it,
// or to more than was asked for.
bool takes_bind(const Mount& mount) {
  return !mount.sub_path.empty() || is_alone(mount) || is_mapped(mount);
}

void bind(const StepContext& context, const Mount& mount, int source, const fs::path& place) {
  const auto mapping = mount_mapping(context.config, mount);
  if (!mapping) {
    context.engine.mounter.bind(source, place, !is_alone(mount));
    return;
  }
  try {
    context.engine.mounter.bind_mapped(source, place, !is_alone(mount), *mapping);
  } catch (const Error& e) {
    throw e.while_doing("mount at " + mount.destination + ": idmap");
  }
}

fs::path mount_over(const StepContext& context, const Mount& mount, int source,
                    const fs::path& place) {
  const auto folder = [&](const std::string& asked, const char* ending) {
    return asked.empty() ? beside(place, ending) : fs::path(asked);
  };
  context.engine.mounter.mount_overlay(
      {source, folder(mount.upper_dir, ".upper"), folder(mount.work_dir, ".work")}, place);
  return place;
}

}  // namespace

fs::path use_volume(engine::Engine& engine, const model::ContainerConfig& config,
                    const Mount& mount, const fs::path& rootfs) {
  volume::Volumes volumes = volumes_of(engine);
  fs::path path = volumes.mount(mount.source, config.id);
  // Behind a mapping it has the container's own ids; what the image has there has others.
  const bool mapped = is_mapped(mount);
  model::ContainerConfig on_disk = config;
  if (mapped) {
    on_disk.id_mapping = {};
  }
  volumes.settle(mount.source, {.rootfs = rootfs,
                                .destination = mount.destination,
                                .copy = !mount.no_copy && mount.sub_path.empty() && !mapped,
                                .owner = [&] { return owner_of_process(on_disk, rootfs); },
                                .label = spec::shared_label(config.security.mount_label)});
  return path;
}

model::Owner owner_of_process(const model::ContainerConfig& config, const fs::path& rootfs) {
  const UniqueFd root = open_file(rootfs, O_PATH | O_DIRECTORY);
  const spec::ResolvedUser user = spec::resolve_user(root.get(), config.process.user);
  return host_owner(config, user.uid, user.gid);
}

fs::path make_mount_source(const StepContext& context, std::size_t index) {
  const Mount& mount = context.config.mounts.at(index);
  const fs::path path = content_of(context, mount, index);
  if (path.empty()) {
    return path;
  }
  const UniqueFd source = open_source(mount, path);
  if (mount.chown) {
    require_changeable(path);
    volume::chown_tree(source.get(),
                       owner_of_process(context.config, context.state.mount_point),
                       path.string());
  }
  relabel_mount(context.config, mount, source.get(), path.string());
  if (mount.overlay) {
    return mount_over(context, mount, source.get(), place_of(context, index));
  }
  if (takes_bind(mount)) {
    bind(context, mount, source.get(), place_of(context, index));
    return place_of(context, index);
  }
  return path;
}

void drop_mount_source(const StepContext& context, std::size_t index) {
  const Mount& mount = context.config.mounts.at(index);
  if (mount.overlay || takes_bind(mount)) {
    const fs::path place = place_of(context, index);
    context.engine.mounter.unmount(place);
    remove_tree(place);
    remove_tree(beside(place, ".upper"));
    remove_tree(beside(place, ".work"));
  }
  if (mount.kind == MountKind::kVolume) {
    volumes_of(context.engine).unmount(mount.source, context.config.id);
  } else if (mount.kind == MountKind::kImage) {
    context.engine.backends.storage(context.config.backends.storage)
        .remove(image_mount_id(context.config, index));
  }
}

void unmount_leftovers(engine::Engine& engine, const std::string& id) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(engine.layout.mount_points(id), none)) {
    engine.mounter.unmount(entry.path());
  }
}

}  // namespace gantry::lifecycle
