// SPDX-License-Identifier: Apache-2.0
//
// Volumes as volume ls and inspect show them, in podman's shape.
#pragma once

#include <filesystem>

#include "core/model/volume.h"
#include "sdk/support/json.h"

namespace gantry::cli {

[[nodiscard]] OrderedJson volume_json(const model::Volume& volume,
                                      const std::filesystem::path& mount_point,
                                      std::size_t users);

// As JSON prints it: without the members that podman leaves out when they are empty.
[[nodiscard]] OrderedJson volume_without_empties(OrderedJson view);

}  // namespace gantry::cli
