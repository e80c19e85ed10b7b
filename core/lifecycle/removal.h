// SPDX-License-Identifier: Apache-2.0
//
// Removing a container whose lock is held and which does not run.
#pragma once

#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

struct Removal {
  bool volumes = false;  // its anonymous volumes too
  // When rm was tried before (state removing), what still cannot be undone is logged and the
  // record dropped all the same.
  bool force = false;
};

// State removing, then activate and provision backwards, then the lock file. kExists names a
// dependent. When it throws the state stays removing and rm can be tried again; what it was
// asked to remove is in the record.
void remove_locked(engine::Engine& engine, LockedContainer container, const Removal& removal);

// Finishes what a create or rm left that died half way. Does nothing to a container that is,
// once its lock is ours, in any other state, or gone.
void remove_unfinished(engine::Engine& engine, const std::string& id);

}  // namespace gantry::lifecycle
