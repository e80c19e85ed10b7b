// SPDX-License-Identifier: Apache-2.0
//
// What a container's mounts show: for each that a user asked for, a path on the host that
// holds for one activation. Mounts that this takes are in the container's folder, not in the
// run folder: who wipes that must not reach through them. REQUIRES: the container's lock.
#pragma once

#include <filesystem>

#include "core/lifecycle/step.h"

namespace gantry::lifecycle {

// index: of the mount in the configuration. Empty for what has no source, such as a tmpfs.
// kNotFound when what it shall show is not there.
[[nodiscard]] std::filesystem::path make_mount_source(const StepContext& context,
                                                      std::size_t index);
// Undoes it, whatever of it happened.
void drop_mount_source(const StepContext& context, std::size_t index);

// Mounts a named volume and, the first time, fills it and gives it an owner. rootfs: the
// container's, mounted.
std::filesystem::path use_volume(engine::Engine& engine, const model::ContainerConfig& config,
                                 const model::Mount& mount,
                                 const std::filesystem::path& rootfs);

// The process's user, in the ids of the host.
[[nodiscard]] model::Owner owner_of_process(const model::ContainerConfig& config,
                                            const std::filesystem::path& rootfs);

// Unmounts what is left in the container's folder.
void unmount_leftovers(engine::Engine& engine, const std::string& id);

}  // namespace gantry::lifecycle
