// SPDX-License-Identifier: Apache-2.0
//
// Man pages from the command and option tables. Pure.
#pragma once

#include <string>

#include "cli/command.h"

namespace gantry::cli {

// "gantry-container-ls".
[[nodiscard]] std::string page_name(const Entry& entry);
[[nodiscard]] std::string root_page(CommandTree tree);
[[nodiscard]] std::string command_page(CommandTree tree, const Entry& entry);

}  // namespace gantry::cli
