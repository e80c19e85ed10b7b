// SPDX-License-Identifier: Apache-2.0
//
// Every command, each defined in the file of its name.
#pragma once

#include "cli/command.h"

namespace gantry::cli {

extern const Command kVersionCommand;

}  // namespace gantry::cli
