// SPDX-License-Identifier: Apache-2.0
#include "core/image/manifest.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/image/document.h"
#include "core/image/reference.h"

namespace gantry::image {

namespace {

Json parse_limited(std::string_view text, const std::string& what) {
  if (text.size() > kMaxDocument) {
    throw Error(Code::kCorrupt,
                what + " is larger than " + std::to_string(kMaxDocument >> 20U) + " MiB");
  }
  return parse_json(text, what);
}

Descriptor read_descriptor(const Document& document) {
  Descriptor descriptor;
  descriptor.media_type = document.text("mediaType");
  descriptor.digest = document.text("digest");
  (void)digest_hex(descriptor.digest, document.what());
  const std::int64_t size = document.integer("size");
  if (size < 0) {
    throw document.corrupt("size", "a size");
  }
  descriptor.size = static_cast<std::uint64_t>(size);
  descriptor.annotations = document.text_map("annotations");
  if (const auto platform = document.object("platform")) {
    descriptor.platform = {platform->text("os"), platform->text("architecture"),
                           platform->text("variant")};
  }
  return descriptor;
}

Json json_of(const Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type},
          {"digest", descriptor.digest},
          {"size", descriptor.size}};
}

}  // namespace

Platform host_platform() {
  utsname host{};
  (void)::uname(&host);
  const std::string_view machine = host.machine;
  constexpr std::array<std::array<std::string_view, 3>, 11> kNames = {{
      {"x86_64", "amd64", ""},
      {"aarch64", "arm64", "v8"},
      {"armv7l", "arm", "v7"},
      {"armv6l", "arm", "v6"},
      {"i686", "386", ""},
      {"i386", "386", ""},
      {"ppc64le", "ppc64le", ""},
      {"s390x", "s390x", ""},
      {"riscv64", "riscv64", ""},
      {"loongarch64", "loong64", ""},
      {"mips64", "mips64le", ""},
  }};
  for (const auto& [kernel, go, variant] : kNames) {
    if (machine == kernel) {
      return {"linux", std::string(go), std::string(variant)};
    }
  }
  return {"linux", std::string(machine), ""};
}

Platform parse_platform(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  const bool os_alone = parts.size() == 1 && parts[0] == "linux";
  if (parts.size() > 3 || (parts.size() < 2 && !os_alone)) {
    throw Error(Code::kInvalid, "invalid platform syntax for \"" + std::string(text) +
                                    "\" (use OS/ARCH[/VARIANT])");
  }
  parts.resize(3);
  return {parts[0], os_alone ? host_platform().architecture : parts[1], parts[2]};
}

bool is_index(std::string_view text) {
  const Json json = parse_limited(text, "manifest");
  const Document document(json, "manifest");
  const std::string type = document.text("mediaType");
  return type == kOciIndex || type == kDockerList ||
         (type.empty() && document.has("manifests"));
}

Manifest parse_manifest(std::string_view text, const std::string& what) {
  const Json json = parse_limited(text, what);
  const Document document(json, what);
  if (document.integer("schemaVersion") != 2) {
    throw Error(Code::kUnsupported,
                what + " has schema version " +
                    std::to_string(document.integer("schemaVersion")) +
                    ", only 2 is supported; convert it with \"skopeo copy --format oci\"");
  }
  Manifest manifest;
  manifest.media_type = document.text("mediaType");
  const auto config = document.object("config");
  if (!config) {
    throw Error(Code::kCorrupt, what + " names no configuration");
  }
  manifest.config = read_descriptor(*config);
  if (manifest.media_type.empty()) {
    manifest.media_type = kOciManifest;
  }
  for (const Document& layer : document.objects("layers")) {
    manifest.layers.push_back(read_descriptor(layer));
  }
  if (manifest.layers.size() > kMaxLayers) {
    throw Error(Code::kCorrupt,
                what + " has more than " + std::to_string(kMaxLayers) + " layers");
  }
  return manifest;
}

std::vector<Descriptor> parse_index(std::string_view text, const std::string& what) {
  const Json json = parse_limited(text, what);
  const Document document(json, what);
  std::vector<Descriptor> entries;
  for (const Document& entry : document.objects("manifests")) {
    entries.push_back(read_descriptor(entry));
  }
  return entries;
}

const Descriptor& choose_platform(const std::vector<Descriptor>& entries,
                                  const Platform& wanted) {
  // The best entry wins: the same variant, then none, then (nothing asked) the first.
  const Descriptor* best = nullptr;
  int best_score = 0;
  for (const Descriptor& entry : entries) {
    const Platform& has = entry.platform;
    int score = 0;
    if (has.os.empty() && has.architecture.empty()) {
      score = 1;
    } else if (has.os == wanted.os && has.architecture == wanted.architecture) {
      score = has.variant == wanted.variant ? 4 : has.variant.empty() ? 3 : 2;
      // A newer variant than the machine's does not run.
      if (score == 2 && !wanted.variant.empty() && has.variant > wanted.variant) {
        score = 0;
      }
    }
    if (score > best_score) {
      best = &entry;
      best_score = score;
    }
  }
  if (best == nullptr) {
    throw Error(Code::kNotFound, "no image found in manifest list for architecture " +
                                     wanted.architecture + ", variant \"" + wanted.variant +
                                     "\", OS " + wanted.os);
  }
  return *best;
}

std::string manifest_text(const Manifest& manifest) {
  Json layers = Json::array();
  for (const Descriptor& layer : manifest.layers) {
    layers.push_back(json_of(layer));
  }
  const Json json = {{"schemaVersion", 2},
                     {"mediaType", manifest.media_type},
                     {"config", json_of(manifest.config)},
                     {"layers", std::move(layers)}};
  return to_text(json);
}

}  // namespace gantry::image
