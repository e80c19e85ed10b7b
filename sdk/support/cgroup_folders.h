// SPDX-License-Identifier: Apache-2.0
//
// Where the cgroups of a process are, of either version or the mixture of both. Pure;
// [thread-safe].
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace gantry {

// Folder of each controller that applies to a process; "" is that of version 2. From the
// texts of /proc/PID/cgroup and /proc/self/mountinfo (cgroups(7), proc(5)).
[[nodiscard]] std::map<std::string, std::filesystem::path> cgroup_folders(
    std::string_view cgroup, std::string_view mountinfo);

}  // namespace gantry
