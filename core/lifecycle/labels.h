// SPDX-License-Identifier: Apache-2.0
//
// SELinux labels of a container: settled by create, put on what the engine makes for it. All
// of it does nothing where SELinux is off.
#pragma once

#include <filesystem>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Into the configuration's security. REQUIRES: its id; namespaces of others as ids.
void settle_labels(const engine::Engine& engine, model::ContainerConfig& config);

// A file or folder of the container's own, with all below it.
void label_for_container(const model::ContainerConfig& config,
                         const std::filesystem::path& path);

// What the options z and Z ask for.
void relabel_mount(const model::ContainerConfig& config, const model::Mount& mount, int source,
                   const std::string& shown);

}  // namespace gantry::lifecycle
