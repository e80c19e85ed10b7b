// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/rename.h"

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"

namespace gantry::cli {
namespace {

int run(Context& context) {
  lifecycle::rename(context.engine(), context.arguments()[0], context.arguments()[1]);
  return kExitOk;
}

}  // namespace

constinit const Command kRenameCommand{
    .summary = "Rename an existing container",
    .description = "Gives a container another name; its id stays",
    .usage = "CONTAINER NAME",
    .examples = "rename containerA newName",
    .arguments = {.least = 2, .most = 2},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
