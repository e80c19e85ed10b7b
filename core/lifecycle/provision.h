// SPDX-License-Identifier: Apache-2.0
//
// The first half of create and run: a new container, locked.
#pragma once

#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/create.h"

namespace gantry::lifecycle {

// Finds the image, merges, and plays provision. The record says "creating" until
// declare_configured; the state answered is already "configured". When it throws, nothing
// of the container is left.
[[nodiscard]] LockedContainer provision(engine::Engine& engine, const CreateRequest& request,
                                        const CreateOptions& options);

// Finishes what a create or rm that died left under this id or name, before it is looked
// whether they, and what goes with them, are free.
void finish_abandoned(engine::Engine& engine, const std::string& id, const std::string& name);

// As provision, with a configuration that is complete, its image, id and name chosen.
// root_changes: what its layer holds, as the storage tells differences; -1: nothing.
[[nodiscard]] LockedContainer provision_known(engine::Engine& engine,
                                              model::ContainerConfig config, int root_changes);

// From here on the container exists for everybody, whatever happens to this process. run
// leaves it out under --rm: a container whose start was not finished is then nothing to keep.
void declare_configured(engine::Engine& engine, LockedContainer& container);

}  // namespace gantry::lifecycle
