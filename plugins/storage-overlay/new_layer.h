// SPDX-License-Identifier: Apache-2.0
//
// How a layer begins: what its record says, and the folder that it has in staging. Changes
// nothing but that folder. Failures are Errors that name the layer.
#pragma once

#include <gantry/plugin/storage.hpp>
#include <string>

#include "plugins/storage-overlay/layer_store.h"

namespace gantry::storage_overlay {

// Whether this process has but a part of the machine's ids, as every rootless one has.
[[nodiscard]] bool in_user_namespace();

// kNotFound for a parent that is not there; kUnsupported for an option, or a stack that is too
// deep.
[[nodiscard]] LayerRecord plan_layer(const LayerStore& store,
                                     const plugin::LayerCreate& request);

// Fills the new folder: its record, and an empty root that is as the one below it. shown: its
// path.
void begin_layer(const LayerStore& store, int folder, const LayerRecord& record,
                 const std::string& shown);

}  // namespace gantry::storage_overlay
