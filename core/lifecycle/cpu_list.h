// SPDX-License-Identifier: Apache-2.0
//
// Lists of processors and memory nodes as the kernel writes them: "0-3,5". Pure.
#pragma once

#include <string_view>

namespace gantry::lifecycle {

// Every number of asked is in available. kInvalid when asked is no such list.
[[nodiscard]] bool is_within(std::string_view asked, std::string_view available);

}  // namespace gantry::lifecycle
