// SPDX-License-Identifier: Apache-2.0
//
// The working directory of a container's process, before the runtime looks for it.
#pragma once

#include "core/model/container_config.h"
#include "core/spec/user.h"

namespace gantry::lifecycle {

// The image's is made where it is missing, for the user that the process runs as; one that
// was asked for must be there: kNotFound, or kInvalid where it is no folder. Nothing is said of
// folders below a mount, which is not there yet. root: O_PATH of the root filesystem.
void settle_workdir(int root, const model::ContainerConfig& config,
                    const spec::ResolvedUser& user);

}  // namespace gantry::lifecycle
