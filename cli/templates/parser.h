// SPDX-License-Identifier: Apache-2.0
//
// From tokens to statements. Functions and variables must be known when parsed, as in Go.
#pragma once

#include <string_view>
#include <vector>

#include "cli/templates/ast.h"

namespace gantry::cli::templates {

// Throws kInvalid: "template: NAME:LINE: …".
[[nodiscard]] std::vector<Statement> parse(std::string_view name, std::string_view text);

}  // namespace gantry::cli::templates
