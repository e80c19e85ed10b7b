// SPDX-License-Identifier: Apache-2.0
//
// The figures that criu leaves behind: an image file of two magic numbers, a size, and one
// protobuf message. Pure.
#pragma once

#include <string_view>

#include "sdk/support/json.h"

namespace gantry::lifecycle {

// By the names under which podman prints them. Empty when the text is no such file: figures
// are never a reason to fail.
[[nodiscard]] Json dump_figures(std::string_view stats_dump);
[[nodiscard]] Json restore_figures(std::string_view stats_restore);

}  // namespace gantry::lifecycle
