// SPDX-License-Identifier: Apache-2.0
//
// The mounts that a user asked for, as the OCI configuration shall have them.
#pragma once

#include <vector>

#include "core/lifecycle/step.h"
#include "core/spec/spec.h"

namespace gantry::lifecycle {

// REQUIRES: their sources are made. user: of the process.
[[nodiscard]] std::vector<spec::ResolvedMount> resolved_mounts(const StepContext& context,
                                                               const spec::ResolvedUser& user);

// kInvalid, in podman's words, for options that no start would take. Pure.
void require_valid_mounts(const model::ContainerConfig& config);

}  // namespace gantry::lifecycle
