// SPDX-License-Identifier: Apache-2.0
//
// passwd and group with a line for a user or group that is a number without an entry in the
// image, so that programs can look up who they are. They are files of gantry's, bound over the
// image's, which stay as they are.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/model/container_config.h"
#include "core/spec/spec.h"

namespace gantry::lifecycle {

// Made anew in folder. Destination in the container -> host path of those that are needed:
// not where the image has no such file, has a link in its place, or something is mounted.
// root: of the root filesystem; user: what config's user was found to be.
[[nodiscard]] std::map<std::string, std::string> write_user_files(
    int root, const model::ContainerConfig& config, const spec::ResolvedUser& user,
    const std::vector<spec::ResolvedMount>& mounts, const std::filesystem::path& folder);

}  // namespace gantry::lifecycle
