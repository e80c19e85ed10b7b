// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_gc.h"

#include <algorithm>

#include "core/image/committed_layers.h"
#include "core/image/layer_split.h"
#include "core/image/staging.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

bool stands_on(const Layers& layers, std::string id, const std::string& below) {
  for (std::size_t steps = 0; !id.empty() && id != below && steps <= layers.size(); ++steps) {
    const auto layer = layers.find(id);
    id = layer == layers.end() ? "" : layer->second.info.parent;
  }
  return id == below;
}

// A damaged layer that nothing names may stand on any that does not stand on it.
bool may_carry_another(const Layers& layers, const std::string& id) {
  const bool complete = layers.at(id).is_complete;
  return std::any_of(layers.begin(), layers.end(), [&](const auto& other) {
    return other.second.info.parent == id ||
           (complete && !other.second.is_complete && !stands_on(layers, id, other.first));
  });
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
  std::set<std::string> used = used_layers(context.store, layers);
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
  used = used_layers(context.store, layers);
  std::vector<std::string> removed;
  for (;;) {
    const auto next = std::find_if(owned.begin(), owned.end(), [&](const std::string& id) {
      return !used.contains(id) && !may_carry_another(layers, id);
    });
    if (next == owned.end()) {
      return removed;
    }
    if (remove_layer(context, *next)) {
      layers.erase(*next);
      removed.push_back(*next);
    }
    owned.erase(next);
  }
}

std::vector<std::string> collect_garbage(const Context& context) {
  context.storage.recover();
  std::vector<std::string> candidates;
  for (const auto& [id, layer] : committed_layers(context.storage)) {
    if (!layer.info.writable) {
      candidates.push_back(id);
    }
  }
  std::vector<std::string> removed = drop_unused_layers(context, candidates);
  drop_stray_splits(context);
  drop_stale_staging(context.tmp);
  return removed;
}

}  // namespace gantry::image
