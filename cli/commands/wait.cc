// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/wait.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "condition",
     .kind = ValueKind::kStrings,
     .help = "Condition to wait on (configured, created, running, paused, stopped, exited, "
             "removing, removed, healthy, unhealthy)"},
    {.name = "ignore",
     .kind = ValueKind::kFlag,
     .help = "Ignore errors when a specified container is missing"},
    {.name = "interval",
     .letter = 'i',
     .kind = ValueKind::kDuration,
     .help = "Taken for the likeness to other engines; gantry waits by events",
     .fallback = "250ms"},
    kLatestOption,
};

int run(Context& context) {
  std::vector<std::string> names = context.arguments();
  refuse_names_with_latest(context);
  if (context.options().flag("latest")) {
    names = {latest_container(context.engine())};
  }
  const lifecycle::WaitOptions how{context.options().list("condition")};
  for_each(context, names, context.options().flag("ignore"), [&](const std::string& name) {
    context.out() << lifecycle::wait(context.engine(), name, how) << std::endl;
    return false;
  });
  return kExitOk;
}

}  // namespace

constinit const Command kWaitCommand{
    .summary = "Block on one or more containers",
    .description =
        "Waits until containers have ended, or a condition holds, and prints their "
        "exit codes",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "wait ctrID\nwait --condition=running ctrID\nwait ctrID1 ctrID2",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .unless = "latest",
                  .complaint = "\"gantry wait\" requires a name, id, or the \"--latest\" flag"},
    .run = run,
};

}  // namespace gantry::cli
