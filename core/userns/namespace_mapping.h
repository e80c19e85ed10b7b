// SPDX-License-Identifier: Apache-2.0
//
// The mapping of a user namespace that exists already.
#pragma once

#include <string>
#include <string_view>

#include "core/model/id_mapping.h"

namespace gantry::userns {

// path: such as /proc/PID/ns/user, or a mount of it. Empty for this process's own namespace.
// kNotFound, kInvalid when there is no user namespace. Runs nsenter: a namespace tells its
// mapping only to who is inside.
[[nodiscard]] model::IdMapping mapping_of(const std::string& path);

// The texts of /proc/PID/uid_map and gid_map. Pure.
[[nodiscard]] model::IdRanges parse_id_map(std::string_view text);

}  // namespace gantry::userns
