// SPDX-License-Identifier: Apache-2.0
//
// Images from archives and folders: docker archives, OCI layouts as folder or archive, and
// the folders that skopeo's "dir:" writes. Archives may be compressed as a whole. One
// thread; failures leave no image behind, and no layer that was not there before.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/image/blob.h"
#include "core/image/context.h"
#include "core/image/manifest.h"

namespace gantry::image {

struct LoadOptions {
  std::optional<Platform> platform;  // of an index; otherwise this machine's
  // Given names replace those that the source tells (its first image gets them).
  std::vector<std::string> names;
  std::vector<std::string> repo_digests;
};

struct LoadedImage {
  std::string id;
  std::vector<std::string> names;
};

// path: an archive or a folder. kInvalid when it is neither kind of image; a root file
// system is told from an image, with the way to import it.
std::vector<LoadedImage> load(const Context& context, const std::filesystem::path& path,
                              const LoadOptions& options = {});
// From a descriptor, such as standard input; what names it.
std::vector<LoadedImage> load(const Context& context, int fd, const std::string& what,
                              const LoadOptions& options = {});

// The kinds, once it is known which (load_docker.cc, load_oci.cc).
std::vector<LoadedImage> load_docker(const Context& context, const BlobSource& source,
                                     const LoadOptions& options);
std::vector<LoadedImage> load_oci(const Context& context, const BlobSource& source,
                                  const LoadOptions& options);
std::vector<LoadedImage> load_skopeo_dir(const Context& context, const BlobSource& source,
                                         const LoadOptions& options);

}  // namespace gantry::image
