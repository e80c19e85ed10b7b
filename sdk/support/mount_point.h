// SPDX-License-Identifier: Apache-2.0
//
// Whether something is mounted at a path. Any thread.
#pragma once

#include <filesystem>

namespace gantry {

// Asks the mount itself: device numbers tell nothing of a bind mount from the same file
// system. False, too, for a path that cannot be looked at.
[[nodiscard]] bool is_mount_point(const std::filesystem::path& path);

}  // namespace gantry
