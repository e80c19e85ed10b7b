// SPDX-License-Identifier: Apache-2.0
//
// What a layer adds to those below it: as a tar stream, as a list of changes, as a size.
// All read the layer's own folder; parents_fd is the merged view of what lies below, or -1.
// Free functions without state: any thread may call them at once.
#pragma once

#include <functional>
#include <gantry/plugin/storage.hpp>
#include <string>
#include <string_view>

#include "plugins/storage-overlay/layer_store.h"

namespace gantry::storage_overlay {

// shifted: the files changed hands (shift_owners.h); what is as below but for its owner is
// left out, for tar streams and lists alike.

// Entries come by folder, names in the order of their bytes. The same content gives the
// same bytes. Sockets have no place in a tar stream and are left out.
void write_layer_diff(const std::string& folder, int parents_fd, const LayerRecord& record,
                      bool shifted, int tar_fd, const std::function<bool()>& cancelled);

void list_layer_changes(const std::string& folder, int parents_fd, const LayerRecord& record,
                        bool shifted,
                        const std::function<bool(int kind, std::string_view path)>& visit);

// Bytes as allocated and inodes, the folder itself included, each file once.
[[nodiscard]] plugin::Usage measure_tree(const std::string& folder);

}  // namespace gantry::storage_overlay
