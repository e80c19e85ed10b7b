// SPDX-License-Identifier: Apache-2.0
//
// Completion for bash, from the command and option tables. Pure.
#pragma once

#include <string>

#include "cli/command.h"

namespace gantry::cli {

[[nodiscard]] std::string bash_completion(CommandTree tree);

}  // namespace gantry::cli
