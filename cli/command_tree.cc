// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/commands/commands.h"

namespace gantry::cli {
namespace {

constexpr Entry kTree[] = {
    {.name = "version", .command = &kVersionCommand},
};

}  // namespace

CommandTree command_tree() { return kTree; }

}  // namespace gantry::cli
