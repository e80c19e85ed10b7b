// SPDX-License-Identifier: Apache-2.0
//
// Removes layers that nothing names any more: no image record, no container. Layers that a
// load still in progress counts on are locked (LayerLocks) and left to it.
#pragma once

#include <string>
#include <vector>

#include "core/image/context.h"
#include "core/image/layer_lock.h"

namespace gantry::image {

// Of these layers, the ones that are not needed. Answers what it removed, children first. A
// layer that cannot be removed is reported as a line and left for the next time.
std::vector<std::string> drop_unused_layers(const Context& context,
                                            const std::vector<std::string>& candidates);

// Of all committed image layers; staging of the dead goes, too. Layers of containers
// (writable ones) are not looked at.
std::vector<std::string> collect_garbage(const Context& context);

}  // namespace gantry::image
