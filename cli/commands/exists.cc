// SPDX-License-Identifier: Apache-2.0
//
// container exists, and its kin: an exit code instead of words.
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::cli {
namespace {

int container_exists(Context& context) {
  try {
    (void)lifecycle::inspect(context.engine(), context.arguments().front());
    return kExitOk;
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) {
      return kExitNo;
    }
    throw;
  }
}

}  // namespace

constinit const Command kContainerExistsCommand{
    .summary = "Check if a container exists in local storage",
    .description = "Exits with 0 when the container exists, with 1 when it does not",
    .usage = "CONTAINER",
    .examples = "container exists ctrID",
    .arguments = {.least = 1, .most = 1},
    .run = container_exists,
};

}  // namespace gantry::cli
