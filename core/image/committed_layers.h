// SPDX-License-Identifier: Apache-2.0
//
// The layers that storage has, and what lies below one. Functions over a port; its threads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/ports/storage.h"

namespace gantry::image {

using Layers = std::map<std::string, ports::LayerInfo>;  // by id

// nullopt when there is no such committed layer.
[[nodiscard]] std::optional<ports::LayerInfo> find_layer(ports::Storage& storage,
                                                         const std::string& id);
[[nodiscard]] Layers committed_layers(ports::Storage& storage);
void add_with_parents(const Layers& layers, std::string id, std::set<std::string>& used);

}  // namespace gantry::image
