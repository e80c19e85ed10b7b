// SPDX-License-Identifier: Apache-2.0
//
// Between what a person typed and what is recorded: names of other containers become ids,
// choices left open are settled.
#pragma once

#include "core/engine/engine.h"
#include "core/lifecycle/create_request.h"

namespace gantry::lifecycle {

// Names in namespaces, --network container:, --requires and --volumes-from become full ids
// and dependencies; the mounts of --volumes-from are taken over.
void resolve_request(engine::Engine& engine, CreateRequest& request);

// The plug-ins of the new container: those asked for, else those of a container it shares
// namespaces with, else the configured ones.
[[nodiscard]] model::Backends choose_backends(engine::Engine& engine,
                                              const CreateRequest& request);

// What only now can be known: names of anonymous volumes, host ports left open, the default
// network. Writes nothing.
void settle_details(engine::Engine& engine, const CreateRequest& request,
                    model::ContainerConfig& config);

}  // namespace gantry::lifecycle
