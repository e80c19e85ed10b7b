// SPDX-License-Identifier: Apache-2.0
//
// The second half of restore: a container whose lock is held goes on from its checkpoint.
#pragma once

#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/restore.h"

namespace gantry::lifecycle {

// REQUIRES: a state that permits it; what it depends on runs. same_addresses: it gets those
// that it had. with_state: as in StartOptions. When it throws, everything activated was undone.
RestoreResult restore_locked(engine::Engine& engine, LockedContainer& container,
                             const RestoreOptions& options, bool same_addresses,
                             const std::function<void(store::Writer&)>& with_state = nullptr);

}  // namespace gantry::lifecycle
