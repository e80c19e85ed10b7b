// SPDX-License-Identifier: Apache-2.0
//
// The archives of "docker save": manifest.json lists, for each image, its configuration and
// its layers by file name.
#include <algorithm>

#include "core/image/config.h"
#include "core/image/document.h"
#include "core/image/layer_import.h"
#include "core/image/load.h"
#include "core/image/new_image.h"
#include "core/image/reference.h"

namespace gantry::image {

namespace {

NewImage read_image(const BlobSource& source, const Document& entry) {
  const std::string config = entry.text("Config");
  NewImage request;
  request.image =
      parse_config(source.get(config).text(kMaxDocument), "image configuration " + config);
  for (const std::string& name : entry.texts("Layers")) {
    Blob blob = source.get(name);
    const std::uint64_t size = blob.size;
    request.layers.push_back({"", read_from_blob(std::move(blob)), size});
  }
  for (const std::string& name : entry.texts("RepoTags")) {
    request.names.push_back(normalize(name).text());
  }
  return request;
}

}  // namespace

std::vector<LoadedImage> load_docker(const Context& context, const BlobSource& source,
                                     const LoadOptions& options) {
  const Json json = parse_json(source.get("manifest.json").text(kMaxDocument), "manifest.json");
  if (!json.is_array() || json.empty()) {
    throw Error(Code::kCorrupt, "manifest.json is not a list of images");
  }
  std::vector<LoadedImage> loaded;
  for (const Json& item : json) {
    const Document entry(item, "manifest.json");
    NewImage request = read_image(source, entry);
    if (loaded.empty() && !options.names.empty()) {
      request.names = options.names;
    }
    std::vector<std::string> names = request.names;
    const model::Image image = add_image(context, std::move(request));
    loaded.push_back({image.id, std::move(names)});
  }
  return loaded;
}

}  // namespace gantry::image
