// SPDX-License-Identifier: Apache-2.0
//
// Commands that only hold others.
#include "cli/commands/commands.h"

namespace gantry::cli {

constinit const Command kContainerCommand{.summary = "Manage containers", .usage = "[command]"};
constinit const Command kImageCommand{.summary = "Manage images", .usage = "[command]"};
constinit const Command kSystemCommand{.summary = "Manage gantry", .usage = "[command]"};

}  // namespace gantry::cli
