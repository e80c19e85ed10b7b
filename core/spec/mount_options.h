// SPDX-License-Identifier: Apache-2.0
//
// From the mount options that people write to those a runtime takes. Pure; [thread-safe].
#pragma once

#include <string>
#include <vector>

#include "core/spec/spec.h"

namespace gantry::spec {

// A mount as it was asked for: all of it but a source on this host.
[[nodiscard]] ResolvedMount described(const model::Mount& mount);

// The options of one user's mount with podman's defaults added and gantry's own words (z,
// U, nocopy …) taken out. kInvalid names an option that is unknown or contradicts another.
[[nodiscard]] std::vector<std::string> runtime_options(const ResolvedMount& mount);

// "shared", "rslave" and their kin.
[[nodiscard]] bool is_propagation(const std::string& option);

}  // namespace gantry::spec
