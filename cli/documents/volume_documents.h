// SPDX-License-Identifier: Apache-2.0
//
// Volumes as volume ls and inspect show them, in podman's shape. Pure.
#pragma once

#include <filesystem>

#include "core/model/volume.h"
#include "sdk/support/json.h"

namespace gantry::cli {

[[nodiscard]] OrderedJson volume_json(const model::Volume& volume,
                                      const std::filesystem::path& mount_point,
                                      std::size_t users);

}  // namespace gantry::cli
