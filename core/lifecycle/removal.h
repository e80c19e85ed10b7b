// SPDX-License-Identifier: Apache-2.0
//
// Removing a container whose lock is held and which does not run.
#pragma once

#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

struct Removal {
  bool volumes = false;  // its anonymous volumes too
  bool force = false;    // what cannot be undone is logged, and the record dropped all the same
};

// State removing, then activate and provision backwards, then the lock file. kBusy names a
// dependent. When it throws the state stays removing and rm can be tried again.
void remove_locked(engine::Engine& engine, LockedContainer container, const Removal& removal);

}  // namespace gantry::lifecycle
