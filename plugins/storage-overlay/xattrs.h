// SPDX-License-Identifier: Apache-2.0
//
// Extended attributes of files that are named below an open folder, so that no link is
// followed. A file system without them has none. Any thread may call these at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/support/xattr.h"

namespace gantry::storage_overlay {

inline constexpr const char* kAccessAcl = "system.posix_acl_access";
inline constexpr const char* kDefaultAcl = "system.posix_acl_default";

// Overlayfs keeps its own notes as attributes; they are no part of a layer's content, and
// from outside they could point it elsewhere.
[[nodiscard]] bool is_overlay_note(std::string_view name, bool rootless);
// What marks a folder that hides all below it.
[[nodiscard]] const char* opaque_xattr(bool rootless);

// By path, not following a link at its end.
[[nodiscard]] std::vector<Xattr> read_xattrs(const std::string& path);
// /proc/self/fd/N/name, for the functions that take a path only.
[[nodiscard]] std::string path_at(int folder, const std::string& name);
// nullptr-free: empty when there is none of that name.
[[nodiscard]] std::string read_xattr(const std::string& path, const char* name);

// Sets all but overlay's notes from one file on another.
void copy_xattrs(const std::string& from, const std::string& to);

}  // namespace gantry::storage_overlay
