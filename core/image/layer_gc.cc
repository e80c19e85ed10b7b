// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_gc.h"

#include <algorithm>

#include "core/image/committed_layers.h"
#include "core/image/layer_split.h"
#include "core/image/staging.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

// What image records and containers name, with everything below.
std::set<std::string> used_layers(const Context& context, const Layers& layers) {
  std::set<std::string> named = context.store.read([](const store::Reader& reader) {
    std::set<std::string> ids;
    for (const model::Image& image : reader.images()) {
      ids.insert(image.layers.begin(), image.layers.end());
    }
    for (const store::ContainerRow& row : reader.containers()) {
      if (const auto config = reader.find_container(row.brief.id)) {
        ids.insert(config->image_layer);
      }
    }
    return ids;
  });
  for (const auto& [id, info] : layers) {
    if (info.writable) {
      named.insert(id);
    }
  }
  std::set<std::string> used;
  for (const std::string& id : named) {
    add_with_parents(layers, id, used);
  }
  return used;
}

std::size_t depth_of(const Layers& layers, const std::string& id) {
  std::size_t depth = 0;
  for (auto layer = layers.find(id); layer != layers.end() && depth <= layers.size();
       layer = layers.find(layer->second.parent)) {
    ++depth;
  }
  return depth;
}

bool is_parent(const Layers& layers, const std::string& id) {
  return std::any_of(layers.begin(), layers.end(),
                     [&](const auto& layer) { return layer.second.parent == id; });
}

bool remove_layer(const Context& context, const std::string& id) {
  try {
    context.storage.remove(id);
    remove_file(split_path(context.root, id));
    return true;
  } catch (const Error& e) {
    context.progress.say("remove layer " + id + ": " + e.what() +
                         "; ignoring, it will be tried again");
    return false;
  }
}

// Splits whose layer never came to be, or is gone.
void drop_stray_splits(const Context& context) {
  std::error_code missing;
  const LayerLocks locks(context.root);
  for (const auto& entry :
       std::filesystem::directory_iterator(context.root / "split", missing)) {
    const std::string file = entry.path().filename();
    const std::string id = file.substr(0, file.find('.'));
    if (locks.try_own(id)) {
      if (!find_layer(context.storage, id)) {
        remove_file(entry.path());
      }
      locks.release(id);
    }
  }
}

}  // namespace

std::vector<std::string> drop_unused_layers(const Context& context,
                                            const std::vector<std::string>& candidates) {
  Layers layers = committed_layers(context.storage);
  const LayerLocks locks(context.root);
  std::set<std::string> used = used_layers(context, layers);
  std::vector<std::string> owned;
  for (const std::string& id : std::set<std::string>(candidates.begin(), candidates.end())) {
    if (layers.contains(id) && !used.contains(id) && locks.try_own(id)) {
      owned.push_back(id);
    }
  }
  if (owned.empty()) {
    return {};
  }
  // Looked at again under the locks: a load may have ended in between.
  used = used_layers(context, layers);
  std::stable_sort(owned.begin(), owned.end(), [&](const auto& a, const auto& b) {
    return depth_of(layers, a) > depth_of(layers, b);
  });
  std::vector<std::string> removed;
  for (const std::string& id : owned) {
    if (!used.contains(id) && !is_parent(layers, id) && remove_layer(context, id)) {
      layers.erase(id);
      removed.push_back(id);
    }
  }
  return removed;
}

std::vector<std::string> collect_garbage(const Context& context) {
  context.storage.recover();
  std::vector<std::string> candidates;
  for (const auto& [id, info] : committed_layers(context.storage)) {
    if (!info.writable) {
      candidates.push_back(id);
    }
  }
  std::vector<std::string> removed = drop_unused_layers(context, candidates);
  drop_stray_splits(context);
  drop_stale_staging(context.tmp);
  return removed;
}

}  // namespace gantry::image
