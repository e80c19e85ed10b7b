// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/disk_usage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/engine/volumes.h"
#include "core/lifecycle/verbs/list.h"
#include "core/log/log.h"
#include "sdk/support/tree_walk.h"

namespace gantry::lifecycle {

namespace fs = std::filesystem;

namespace {

std::uint64_t own_layer_of(engine::Engine& engine, const model::ContainerConfig& config) {
  if (!config.rootfs.empty()) {
    return 0;
  }
  try {
    return engine.backends.storage(config.backends.storage).usage(config.id).bytes;
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {  // being removed at this moment
      throw;
    }
    return 0;
  }
}

void add_images(const std::vector<model::Image>& images,
                const std::vector<store::ContainerRow>& rows, DiskUsage& usage) {
  std::map<std::string, int> owners;
  std::set<std::string> counted;
  std::set<std::string> needed;
  for (const model::Image& image : images) {
    for (const std::string& layer : image.layers) {
      ++owners[layer];
    }
  }
  for (const model::Image& image : images) {
    ImageUsage one{image};
    one.containers = static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(),
        [&](const store::ContainerRow& row) { return row.brief.image_id == image.id; }));
    for (std::size_t i = 0; i < image.layers.size() && i < image.layer_sizes.size(); ++i) {
      one.size += image.layer_sizes[i];
      one.shared += owners[image.layers[i]] > 1 ? image.layer_sizes[i] : 0;
      usage.images_size += counted.insert(image.layers[i]).second ? image.layer_sizes[i] : 0;
      if (one.containers > 0) {
        needed.insert(image.layers[i]);
      }
    }
    usage.images.push_back(std::move(one));
  }
  counted = needed;
  for (const model::Image& image : images) {
    for (std::size_t i = 0; i < image.layers.size() && i < image.layer_sizes.size(); ++i) {
      usage.images_reclaimable +=
          counted.insert(image.layers[i]).second ? image.layer_sizes[i] : 0;
    }
  }
}

void add_sizes(const fs::path& folder, std::uint64_t& bytes) {
  UniqueFd top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top) {
    return;
  }
  TreeWalk walk(std::move(top), folder);
  while (walk.next()) {
    struct stat info {};
    if (walk.left() || ::fstatat(walk.folder(), walk.name().c_str(), &info,
                                 AT_SYMLINK_NOFOLLOW) != 0) {  // gone meanwhile
      continue;
    }
    if (S_ISDIR(info.st_mode)) {
      (void)walk.enter();
    }
    bytes += S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
}

}  // namespace

std::uint64_t size_of_folder(const fs::path& folder) {
  std::uint64_t bytes = 0;
  try {
    add_sizes(folder, bytes);
  } catch (const Error& e) {
    if (e.code() != Code::kBusy) {
      throw;
    }
    log::debug("ignoring what was moved while it was counted: " + std::string(e.what()));
  }
  return bytes;
}

ContainerSize container_size(engine::Engine& engine, const std::string& id) {
  const Inspected container = inspect(engine, id);
  const auto image = engine.store.read([&](const store::Reader& reader) {
    return reader.find_image(container.config.image_id);
  });
  ContainerSize size;
  size.writable = own_layer_of(engine, container.config);
  size.whole = size.writable + (image ? image->size : 0);
  return size;
}

DiskUsage disk_usage(engine::Engine& engine) {
  DiskUsage usage;
  const std::vector<store::ContainerRow> rows = list(engine);
  add_images(engine.store.read([](const store::Reader& reader) { return reader.images(); }),
             rows, usage);
  for (const store::ContainerRow& row : rows) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(row.brief.id); });
    if (config) {
      const auto volumes = std::count_if(
          config->mounts.begin(), config->mounts.end(),
          [](const model::Mount& mount) { return mount.kind == model::MountKind::kVolume; });
      usage.containers.push_back(
          {row, own_layer_of(engine, *config), static_cast<std::size_t>(volumes)});
    }
  }
  const volume::Volumes volumes = volumes_of(engine);
  for (const model::Volume& volume : volumes.list()) {
    usage.volumes.push_back(
        {volume, size_of_folder(volumes.path(volume.name)), volumes.users(volume.name).size()});
  }
  return usage;
}

}  // namespace gantry::lifecycle
