// SPDX-License-Identifier: Apache-2.0
//
// Manifests and indexes, OCI (image specification, manifest.md and image-index.md) and
// docker (schema 2 and manifest lists). Pure; any thread. What does not hold is kCorrupt;
// what is too old or too new is kUnsupported.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::image {

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerConfig =
    "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerGzip =
    "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";

// Longer documents are refused before they are parsed.
inline constexpr std::size_t kMaxDocument = std::size_t{4} << 20U;
// No image has more; the kernel's overlayfs stops at 500 layers.
inline constexpr std::size_t kMaxLayers = 500;

struct Platform {
  std::string os;            // as Go names them: "linux"
  std::string architecture;  // "amd64"
  std::string variant;       // "v7"; may be empty
  friend bool operator==(const Platform&, const Platform&) = default;
};
// What this machine runs.
[[nodiscard]] Platform host_platform();
// "os/arch[/variant]"; kInvalid in podman's words.
[[nodiscard]] Platform parse_platform(std::string_view text);

struct Descriptor {
  std::string media_type;
  std::string digest;  // checked to be sha256
  std::uint64_t size = 0;
  Platform platform;  // in an index
  std::map<std::string, std::string> annotations;
};

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // lowest first
};

[[nodiscard]] bool is_index(std::string_view text);
[[nodiscard]] Manifest parse_manifest(std::string_view text, const std::string& what);
[[nodiscard]] std::vector<Descriptor> parse_index(std::string_view text,
                                                  const std::string& what);

// The entry for a platform; an entry without a platform fits any. kNotFound in podman's
// words when there is none.
[[nodiscard]] const Descriptor& choose_platform(const std::vector<Descriptor>& entries,
                                                const Platform& wanted);

[[nodiscard]] std::string manifest_text(const Manifest& manifest);

}  // namespace gantry::image
