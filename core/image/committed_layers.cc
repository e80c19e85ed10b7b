// SPDX-License-Identifier: Apache-2.0
#include "core/image/committed_layers.h"

namespace gantry::image {

namespace {

void add_with_parents(const Layers& layers, std::string id, std::set<std::string>& used) {
  while (!id.empty() && used.insert(id).second) {
    const auto layer = layers.find(id);
    id = layer == layers.end() ? "" : layer->second.info.parent;
  }
}

}  // namespace

std::optional<Layer> find_layer(ports::Storage& storage, const std::string& id) {
  try {
    return Layer{storage.stat(id)};
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    if (e.code() == Code::kCorrupt) {
      return Layer{{}, e.what(), false};
    }
    throw;
  }
}

Layers committed_layers(ports::Storage& storage) {
  Layers layers;
  for (const std::string& id : storage.list()) {
    if (auto layer = find_layer(storage, id)) {  // else removed meanwhile
      layers.emplace(id, std::move(*layer));
    }
  }
  return layers;
}

std::string owner_of(const std::string& layer) { return layer.substr(0, layer.find('-')); }

std::set<std::string> used_layers(const store::Store& store, Layers& layers) {
  const auto complete = [&](const std::string& id, const std::string& parent) {
    const auto layer = layers.find(id);
    if (layer != layers.end() && layer->second.is_damaged()) {
      layer->second.info.parent = parent;
      layer->second.is_complete = true;
    }
  };
  std::set<std::string> named;
  std::set<std::string> owners;
  store.read([&](const store::Reader& reader) {
    for (const model::Image& image : reader.images()) {
      for (std::size_t i = 0; i < image.layers.size(); ++i) {
        named.insert(image.layers[i]);
        complete(image.layers[i], i == 0 ? "" : image.layers[i - 1]);
      }
    }
    for (const store::ContainerRow& row : reader.containers()) {
      owners.insert(row.brief.id);
      if (const auto config = reader.find_container(row.brief.id)) {
        named.insert(config->image_layer);
        complete(config->id, config->image_layer);
      }
    }
  });
  std::set<std::string> used;
  for (const auto& [id, layer] : layers) {
    if (owners.contains(owner_of(id))) {
      add_with_parents(layers, id, used);
    }
  }
  for (const std::string& id : named) {
    add_with_parents(layers, id, used);
  }
  return used;
}

}  // namespace gantry::image
