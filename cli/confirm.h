// SPDX-License-Identifier: Apache-2.0
//
// Asks before something that cannot be undone.
#pragma once

#include <string>

#include "cli/context.h"

namespace gantry::cli {

// Prints the warning and reads one line of standard input; true for y and yes.
[[nodiscard]] bool confirm(Context& context, const std::string& warning);

}  // namespace gantry::cli
