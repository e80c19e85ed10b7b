// SPDX-License-Identifier: Apache-2.0
//
// Unpacks a tar stream into a layer's folder. Whatever the stream says, nothing outside of
// that folder is touched: names are taken apart and folders opened beneath it one stretch at
// a time, and the last part of a name is never followed as a link.
// One call works on one layer; it starts a thread that ends with the call.
#pragma once

#include <functional>
#include <gantry/plugin/host.hpp>
#include <gantry/plugin/storage.hpp>
#include <string>

#include "plugins/storage-overlay/layer_store.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

struct UnpackOptions {
  const LayerRecord* record = nullptr;  // whose id mapping and rights apply
  // The merged folders below the layer, asked for when an entry lies in a folder that the
  // stream itself does not have; such a folder keeps the attributes it had.
  std::function<UniqueFd()> open_parents;
  const plugin::Host* host = nullptr;
};

// kInvalid names an entry that tries to leave the layer; kPermission a device node in a
// rootless one; kCorrupt a broken stream.
[[nodiscard]] plugin::Applied unpack_layer(const std::string& folder, int tar_fd,
                                           const UnpackOptions& options);

}  // namespace gantry::storage_overlay
