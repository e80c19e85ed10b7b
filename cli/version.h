// SPDX-License-Identifier: Apache-2.0
//
// What this build is; the numbers come from the build system.
#pragma once

#include <string_view>

namespace gantry::cli {

inline constexpr std::string_view kVersion = GANTRY_VERSION;

}  // namespace gantry::cli
