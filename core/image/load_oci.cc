// SPDX-License-Identifier: Apache-2.0
//
// OCI image layouts (image specification, image-layout.md), and the like that skopeo's
// "dir:" transport writes: one manifest, with its blobs beside it. Every document is
// checked against the digest that led to it.
#include <algorithm>
#include <iterator>
#include <set>

#include "core/image/config.h"
#include "core/image/layer_import.h"
#include "core/image/load.h"
#include "core/image/new_image.h"
#include "core/image/reference.h"
#include "sdk/support/digest.h"

namespace gantry::image {

namespace {

constexpr const char* kRefName = "org.opencontainers.image.ref.name";
constexpr const char* kContainerdName = "io.containerd.image.name";
// Indexes may nest, but nobody nests them deeply.
constexpr int kMaxNesting = 4;

using NameOfBlob = std::string (*)(const std::string& hex);

std::string in_layout(const std::string& hex) { return "blobs/sha256/" + hex; }
std::string in_folder(const std::string& hex) { return hex; }

class Layout {
 public:
  Layout(const BlobSource& source, NameOfBlob name_of_blob)
      : source_(source), name_of_blob_(name_of_blob) {}

  [[nodiscard]] Blob blob(const Descriptor& descriptor) const {
    Blob found = source_.get(name_of_blob_(digest_hex(descriptor.digest, "blob")));
    if (descriptor.size != 0 && found.size != descriptor.size) {
      throw Error(Code::kCorrupt, "blob " + descriptor.digest + " has " +
                                      std::to_string(found.size) + " bytes, not " +
                                      std::to_string(descriptor.size));
    }
    return found;
  }
  [[nodiscard]] std::string document(const Descriptor& descriptor) const {
    std::string text = blob(descriptor).text(kMaxDocument);
    if ("sha256:" + sha256_hex(text) != descriptor.digest) {
      throw Error(Code::kCorrupt,
                  "blob " + descriptor.digest + " is damaged: its content has another digest");
    }
    return text;
  }

 private:
  const BlobSource& source_;
  NameOfBlob name_of_blob_;
};

struct FoundManifest {
  std::string text;
  std::string digest;
};

// Through indexes down to the manifest for the platform.
FoundManifest find_manifest(const Layout& layout, Descriptor descriptor,
                            const Platform& platform) {
  for (int depth = 0; depth < kMaxNesting; ++depth) {
    std::string text = layout.document(descriptor);
    if (!is_index(text)) {
      return {std::move(text), descriptor.digest};
    }
    const std::vector<Descriptor> entries = parse_index(text, "index " + descriptor.digest);
    descriptor = choose_platform(entries, platform);
  }
  throw Error(Code::kCorrupt, "the image index is nested too deeply");
}

NewImage read_image(const Layout& layout, const FoundManifest& found) {
  const Manifest manifest = parse_manifest(found.text, "manifest " + found.digest);
  NewImage request;
  request.image = parse_config(layout.document(manifest.config),
                               "image configuration " + manifest.config.digest);
  request.image.digest = found.digest;
  request.image.manifest_type = manifest.media_type;
  for (const Descriptor& layer : manifest.layers) {
    Blob blob = layout.blob(layer);
    const std::uint64_t size = blob.size;
    request.layers.push_back({layer.digest, read_from_blob(std::move(blob)), size});
  }
  return request;
}

std::vector<std::string> names_of(const Descriptor& descriptor) {
  for (const char* key : {kContainerdName, kRefName}) {
    const auto annotation = descriptor.annotations.find(key);
    if (annotation == descriptor.annotations.end() || annotation->second.empty()) {
      continue;
    }
    try {
      return {normalize_local(annotation->second).text()};
    } catch (const Error&) {
      // The annotation may hold anything; an image without a name is still an image.
    }
  }
  return {};
}

LoadedImage add(const Context& context, NewImage request, std::vector<std::string> names,
                const LoadOptions& options) {
  request.names = names;
  request.image.repo_digests = options.repo_digests;
  for (const std::string& name : names) {
    request.image.repo_digests.push_back(normalize(name).repository() + "@" +
                                         request.image.digest);
  }
  std::sort(request.image.repo_digests.begin(), request.image.repo_digests.end());
  request.image.repo_digests.erase(
      std::unique(request.image.repo_digests.begin(), request.image.repo_digests.end()),
      request.image.repo_digests.end());
  const model::Image image = add_image(context, std::move(request));
  return {image.id, std::move(names)};
}

// One image may stand in index.json once for each platform, under one name.
std::vector<Descriptor> choose_entries(const std::vector<Descriptor>& entries,
                                       const Platform& platform) {
  std::vector<Descriptor> chosen;
  std::set<std::vector<std::string>> done;
  for (const Descriptor& entry : entries) {
    const std::vector<std::string> names = names_of(entry);
    if (entry.platform == Platform{}) {
      chosen.push_back(entry);
    } else if (done.insert(names).second) {
      std::vector<Descriptor> same;
      std::copy_if(entries.begin(), entries.end(), std::back_inserter(same),
                   [&](const Descriptor& one) {
                     return one.platform != Platform{} && names_of(one) == names;
                   });
      // A lone entry is what the archive is about, whatever it runs on.
      chosen.push_back(same.size() == 1 ? entry : choose_platform(same, platform));
    }
  }
  return chosen;
}

}  // namespace

std::vector<LoadedImage> load_oci(const Context& context, const BlobSource& source,
                                  const LoadOptions& options) {
  const Layout layout(source, in_layout);
  const std::vector<Descriptor> entries =
      parse_index(source.get("index.json").text(kMaxDocument), "index.json");
  if (entries.empty()) {
    throw Error(Code::kInvalid, "the OCI layout holds no image");
  }
  const Platform platform = options.platform.value_or(host_platform());
  std::vector<LoadedImage> loaded;
  for (const Descriptor& entry : choose_entries(entries, platform)) {
    const FoundManifest found = find_manifest(layout, entry, platform);
    const bool renamed = loaded.empty() && !options.names.empty();
    loaded.push_back(add(context, read_image(layout, found),
                         renamed ? options.names : names_of(entry), options));
  }
  return loaded;
}

std::vector<LoadedImage> load_skopeo_dir(const Context& context, const BlobSource& source,
                                         const LoadOptions& options) {
  const std::string text = source.get("manifest.json").text(kMaxDocument);
  const FoundManifest found{text, "sha256:" + sha256_hex(text)};
  return {add(context, read_image(Layout(source, in_folder), found), options.names, options)};
}

}  // namespace gantry::image
