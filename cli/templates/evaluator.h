// SPDX-License-Identifier: Apache-2.0
//
// Runs a parsed template over a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/templates/ast.h"
#include "cli/templates/value.h"

namespace gantry::cli::templates {

struct Source {
  std::string_view name;
  std::string_view text;
};

// Throws kInvalid: "template: NAME:LINE:COLUMN: executing "NAME" at <WORDS>: why".
[[nodiscard]] std::string evaluate(const Source& source,
                                   const std::vector<Statement>& statements, const Value& data);

}  // namespace gantry::cli::templates
