// SPDX-License-Identifier: Apache-2.0
//
// The layers that storage has, and what lies below one. Functions over a port and the store;
// their threads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/ports/storage.h"
#include "core/store/store.h"

namespace gantry::image {

// One whose record cannot be read can still be told by its id, and removed. What it stands on
// is known when an image or a container names it.
struct Layer {
  ports::LayerInfo info;
  std::string damage = {};  // why it cannot be read; empty when it can
  bool is_complete = true;  // info.parent holds

  [[nodiscard]] bool is_damaged() const { return !damage.empty(); }
};
using Layers = std::map<std::string, Layer>;  // by id

// nullopt when there is no such committed layer.
[[nodiscard]] std::optional<Layer> find_layer(ports::Storage& storage, const std::string& id);
[[nodiscard]] Layers committed_layers(ports::Storage& storage);

// "ID" or "ID-image0": the container that a writable layer was made for.
[[nodiscard]] std::string owner_of(const std::string& layer);

// What image records and containers name or own, with everything below. Completes damaged
// layers with what these say of them.
[[nodiscard]] std::set<std::string> used_layers(const store::Store& store, Layers& layers);

}  // namespace gantry::image
