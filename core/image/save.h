// SPDX-License-Identifier: Apache-2.0
//
// Images out of the store, as docker archives and OCI layouts. Layers leave as the tars they
// came as, so that ids stay; docs: layer_split.h. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/image/context.h"

namespace gantry::image {

enum class SaveFormat { kDockerArchive, kOciArchive, kOciDir, kDockerDir };
// "docker-archive", "oci-archive", "oci-dir", "docker-dir"; kInvalid in podman's words.
[[nodiscard]] SaveFormat parse_save_format(const std::string& text);

struct SavedImage {
  model::Image image;
  std::vector<std::string> names;  // that the archive tells; fully qualified
};

struct SaveOptions {
  SaveFormat format = SaveFormat::kDockerArchive;
  bool compress = false;  // layers as gzip
};

// Into a file, which appears whole or not at all, or for the -dir formats into a folder,
// which must be empty or missing. kCorrupt when a layer is not what it was.
void save(const Context& context, const std::vector<SavedImage>& images,
          const std::filesystem::path& path, const SaveOptions& options);
// An archive into a descriptor, such as standard output.
void save(const Context& context, const std::vector<SavedImage>& images, int fd,
          const SaveOptions& options);

}  // namespace gantry::image
