// SPDX-License-Identifier: Apache-2.0
//
// Gives the files of a mounted layer the owners of an id mapping, for file systems that
// cannot be mounted with one. Every file is copied up by it, so it costs time and space
// once; hard links between files from below do not survive.
#pragma once

#include <functional>
#include <gantry/plugin/storage.hpp>

#include "plugins/storage-overlay/layer_walk.h"

namespace gantry::storage_overlay {

// root_fd: the root folder of an overlay whose files bear the container's ids. Modes, times,
// capabilities and access control lists stay what they mean. Ids outside of the mapping are
// kInvalid. The root folder itself is left alone.
void shift_owners(int root_fd, const plugin::IdMaps& maps,
                  const std::function<bool()>& cancelled);

// Whether a file of such a layer differs from the one below by its owner alone.
[[nodiscard]] bool only_changed_hands(const WalkedFile& file, const plugin::IdMaps& maps);

}  // namespace gantry::storage_overlay
