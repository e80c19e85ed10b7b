// SPDX-License-Identifier: Apache-2.0
//
// The root of a container as its processes see it: of a running one with all its mounts; of
// one that does not run with its volumes and bind mounts in their places, which nobody else
// gets to see and which are gone when the work is done, or the process.
#pragma once

#include <functional>

#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

// Calls work with a descriptor (O_PATH) to resolve below with open_in_root. The lock of a
// running container is released before; that of another is held meanwhile.
void with_container_root(engine::Engine& engine, LockedContainer& container,
                         const std::function<void(int root)>& work);

}  // namespace gantry::lifecycle
