// SPDX-License-Identifier: Apache-2.0
//
// For a mistyped command: the ones that it may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace gantry::cli {

[[nodiscard]] std::vector<std::string> similar_commands(CommandTree tree,
                                                        std::string_view parent,
                                                        std::string_view word);
// Letters to add, drop or change to get from one word to the other.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace gantry::cli
