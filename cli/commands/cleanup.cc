// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/cleanup.h"

#include "cli/commands/commands.h"
#include "cli/engine_opener.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/layout/layout.h"
#include "core/lifecycle/verbs/exec.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Clean up all containers"},
    {.name = "exec", .help = "Clean up only this exec session", .hidden = true},
    {.name = "from-monitor",
     .kind = ValueKind::kFlag,
     .help = "Called by the monitor; a container that is gone is fine",
     .hidden = true},
    kLatestOption,
};

bool has_ended(const store::ContainerRow& row) {
  return row.state.status == model::Status::kStopped;
}

int run(Context& context) {
  const Options& options = context.options();
  const lifecycle::CleanupOptions how{.from_monitor = options.flag("from-monitor")};
  layout::Layout layout;
  layout.data = configuration_of(options).get("root");
  if (how.from_monitor && !gantry::exists(layout.mark())) {
    return kExitOk;  // all was removed meanwhile; to open it would begin it anew
  }
  if (options.given("exec")) {
    for (const std::string& id : context.arguments()) {
      lifecycle::forget_exec(context.engine(), id, options.text("exec"));
    }
    return kExitOk;
  }
  for_each(context, select_containers(context, has_ended), how.from_monitor,
           [&](const std::string& name) {
             lifecycle::cleanup(context.engine(), name, how);
             return !how.from_monitor;
           });
  return kExitOk;
}

}  // namespace

constinit const Command kCleanupCommand{
    .summary = "Clean up network and mount points of one or more containers",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "container cleanup --latest\ncontainer cleanup ctrID1 ctrID2 ctrID3",
    .options = {kOptions},
    .arguments = {.least = 1, .unless = "all latest"},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
