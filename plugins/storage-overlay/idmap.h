// SPDX-License-Identifier: Apache-2.0
//
// Id mappings: between the ids that a container sees and those on disk.
#pragma once

#include <gantry/abi/base.h>

#include <cstdint>
#include <gantry/plugin/storage.hpp>
#include <optional>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

using Ranges = std::vector<gantry_id_range>;

[[nodiscard]] bool same_ranges(const Ranges& a, const Ranges& b);
// Every id stands for itself: no ranges, or ranges that say so.
[[nodiscard]] bool is_identity(const plugin::IdMaps& maps);

// nullopt when no range holds the id. No ranges at all: the id itself.
[[nodiscard]] std::optional<std::uint32_t> to_host(const Ranges& ranges, std::uint32_t id);
[[nodiscard]] std::optional<std::uint32_t> to_container(const Ranges& ranges, std::uint32_t id);

// A user namespace that has these mappings and no process in it.
[[nodiscard]] UniqueFd make_user_namespace(const plugin::IdMaps& maps);

}  // namespace gantry::storage_overlay
