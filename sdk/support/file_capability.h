// SPDX-License-Identifier: Apache-2.0
//
// Values of the attribute security.capability. What a file may do is bound to the root of a
// user namespace (version 3 of linux/capability.h), or to that of the host (version 2): in a
// container with a user namespace the kernel heeds only the former. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace gantry {

inline constexpr const char* kFileCapability = "security.capability";

// The same capabilities for the namespace whose root is this id of the host. Of other
// versions than 2, and for root 0, the value itself.
[[nodiscard]] std::string capability_for_root(const std::string& value, std::uint32_t root);
// The way back, of a value that is bound to this root.
[[nodiscard]] std::string capability_without_root(const std::string& value, std::uint32_t root);

}  // namespace gantry
