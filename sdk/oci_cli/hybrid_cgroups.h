// SPDX-License-Identifier: Apache-2.0
//
// Finds the cgroup v2 hierarchies that stand beside cgroup v1 and hold a controller: what a
// runtime that does not know the hybrid mode must not see.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::oci_cli {

// Mount points of type cgroup2 below a tmpfs, found in the text of /proc/self/mountinfo
// (proc(5)), whose controllers are not empty. controllers answers with the text of
// cgroup.controllers below a mount point. Pure; [thread-safe].
[[nodiscard]] std::vector<std::string> hybrid_cgroup_mounts(
    std::string_view mountinfo,
    const std::function<std::string(const std::string&)>& controllers);

// The same for this host, at this moment. [thread-safe]
[[nodiscard]] std::vector<std::string> hybrid_cgroup_mounts();

}  // namespace gantry::oci_cli
