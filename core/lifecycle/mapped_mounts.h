// SPDX-License-Identifier: Apache-2.0
//
// The mount option idmap: what is mounted is seen with other owners than it has on disk, by a
// mount of the engine's own, so that every runtime can do it.
//   idmap                                  as the container's user namespace maps
//   idmap=uids=0-1000-1#1-5000-9;gids=@0-0-1
// Each range is FROM-TO-COUNT: who is FROM on disk is TO on the host, or with @ in front TO in
// the container. One of uids and gids alone stands for both. Pure.
#pragma once

#include <optional>

#include "core/model/container_config.h"

namespace gantry::lifecycle {

[[nodiscard]] bool is_mapped(const model::Mount& mount);

// nullopt: it is mounted as it is. kInvalid names the mount, and what is wrong with it.
[[nodiscard]] std::optional<model::IdMapping> mount_mapping(
    const model::ContainerConfig& config, const model::Mount& mount);

// What create refuses: --userns=auto has no mapping yet.
void require_valid_mapping(const model::ContainerConfig& config, const model::Mount& mount);

}  // namespace gantry::lifecycle
