// SPDX-License-Identifier: Apache-2.0
//
// What images, containers and volumes take on disk. Takes no container's lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct ImageUsage {
  model::Image image;
  std::uint64_t size = 0;
  std::uint64_t shared = 0;  // of layers that other images have, too
  std::size_t containers = 0;
};
struct ContainerUsage {
  store::ContainerRow row;
  std::uint64_t writable = 0;  // its own layer
  std::size_t volumes = 0;
};
struct VolumeUsage {
  model::Volume volume;
  std::uint64_t size = 0;
  std::size_t users = 0;
};
struct DiskUsage {
  std::vector<ImageUsage> images;
  std::uint64_t images_size = 0;         // each layer once
  std::uint64_t images_reclaimable = 0;  // layers of images that no container has
  std::vector<ContainerUsage> containers;
  std::vector<VolumeUsage> volumes;
};
[[nodiscard]] DiskUsage disk_usage(engine::Engine& engine);

struct ContainerSize {
  std::uint64_t writable = 0;
  std::uint64_t whole = 0;  // with the image below
};
// kNotFound when there is no such container.
[[nodiscard]] ContainerSize container_size(engine::Engine& engine, const std::string& id);

// Bytes of all files in a folder; what vanishes meanwhile does not count.
[[nodiscard]] std::uint64_t size_of_folder(const std::filesystem::path& folder);

}  // namespace gantry::lifecycle
