// SPDX-License-Identifier: Apache-2.0
//
// The functions that a template may call: Go's own and those that podman adds. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "cli/templates/value.h"

namespace gantry::cli::templates {

[[nodiscard]] bool is_function(std::string_view name);
// Throws kInvalid with the end of Go's sentence ("len of type int", "wrong number of args …").
[[nodiscard]] Value call_function(std::string_view name, const std::vector<Value>& arguments);

// Go's Sprintf.
[[nodiscard]] std::string format_text(std::string_view layout,
                                      const std::vector<Value>& arguments);

}  // namespace gantry::cli::templates
