// SPDX-License-Identifier: Apache-2.0
#include "core/image/committed_layers.h"

namespace gantry::image {

std::optional<ports::LayerInfo> find_layer(ports::Storage& storage, const std::string& id) {
  try {
    return storage.stat(id);
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

Layers committed_layers(ports::Storage& storage) {
  Layers layers;
  for (const std::string& id : storage.list()) {
    if (const auto info = find_layer(storage, id)) {  // else removed meanwhile
      layers.emplace(id, *info);
    }
  }
  return layers;
}

void add_with_parents(const Layers& layers, std::string id, std::set<std::string>& used) {
  while (!id.empty() && used.insert(id).second) {
    const auto layer = layers.find(id);
    id = layer == layers.end() ? "" : layer->second.parent;
  }
}

}  // namespace gantry::image
