// SPDX-License-Identifier: Apache-2.0
//
// POSIX access control lists as the kernel stores them in extended attributes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

struct archive_entry;

namespace gantry::storage_overlay {

enum class AclKind { kAccess, kDefault };

// The list that a tar entry carries in words, as an attribute's value; empty for none.
[[nodiscard]] std::string acl_of_entry(archive_entry* entry, AclKind kind);

using MapId = std::function<std::optional<std::uint32_t>(bool is_group, std::uint32_t id)>;
// The same list with each id replaced; an entry whose id has no counterpart is dropped. A
// value that is not a list is returned as it is.
[[nodiscard]] std::string map_acl(const std::string& value, const MapId& map);

}  // namespace gantry::storage_overlay
