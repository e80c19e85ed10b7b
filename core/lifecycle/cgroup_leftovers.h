// SPDX-License-Identifier: Apache-2.0
//
// A container's cgroups, which a runtime that was killed halfway does not find again. Any
// thread.
#pragma once

#include <set>
#include <string>

#include "core/model/container_config.h"

namespace gantry::lifecycle {

// Where containers' cgroups are unless they ask for another parent.
inline constexpr const char* kCgroupParent = "/gantry";

// The path below each hierarchy's root, which ends with the container's id; empty when it
// has no cgroup of its own.
[[nodiscard]] std::string cgroups_path(const model::ContainerConfig& config);

// Names of the cgroups below a parent, in any hierarchy.
[[nodiscard]] std::set<std::string> cgroups_below(const std::string& parent);

// Ends what is left in the cgroups at that path, of version 1 and 2, and removes them. That
// there are none is fine; what cannot be removed is logged. REQUIRES: the runtime is done.
void remove_cgroups(const std::string& path) noexcept;

}  // namespace gantry::lifecycle
