// SPDX-License-Identifier: Apache-2.0
//
// A container's user namespace: what its mapping is, and what follows from it for the files
// that the engine makes for it.
#pragma once

#include <filesystem>

#include "core/engine/engine.h"
#include "core/lifecycle/create_request.h"
#include "core/spec/user.h"

namespace gantry::lifecycle {

// Settles the mapping of every mode but auto, which the step "map ids" does. Names are
// resolved already. kInvalid, kNotFound when there is none, or the kernel would refuse it.
void settle_id_mapping(engine::Engine& engine, CreateRequest& request);

// Gives a file that the engine made to the container's root, or to another of its ids;
// nothing to do without a mapping. kInvalid when the mapping does not hold the id.
void give_to_container(const model::ContainerConfig& config, const std::filesystem::path& file);
[[nodiscard]] model::Owner host_owner(const model::ContainerConfig& config, std::uint32_t uid,
                                      std::uint32_t gid);

// The pipes that a process in the container's user namespace has for its streams are the
// host's root's, who made them; opened anew, as /dev/stdout, they must be the user's. What is
// no pipe, or in no other user namespace than ours, is left alone.
void give_streams(const model::ContainerConfig& config, const std::filesystem::path& root,
                  int pid);

// kInvalid names the folder that keeps the container's root from its root file system:
// the runtime enters it by path, and with the container's ids.
void require_passable(const model::ContainerConfig& config, const std::filesystem::path& root);

}  // namespace gantry::lifecycle
