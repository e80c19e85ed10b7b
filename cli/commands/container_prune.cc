// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/confirm.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "filter", .kind = ValueKind::kArray, .help = "Remove only containers that fit"},
    {.name = "force", .letter = 'f', .kind = ValueKind::kFlag, .help = "Do not ask"},
};

bool is_over(model::Status status) {
  return status == model::Status::kConfigured || status == model::Status::kCreated ||
         status == model::Status::kStopped || status == model::Status::kExited;
}

int run(Context& context) {
  if (!context.options().flag("force") &&
      !confirm(context, "WARNING! This will remove all non running containers.")) {
    return kExitOk;
  }
  const ContainerFilter filter(context.engine(), context.options().list("filter"));
  std::vector<std::string> names;
  for (const store::ContainerRow& row : all_containers(context)) {
    if (is_over(row.state.status) && filter.takes(row)) {
      names.push_back(row.brief.id);
    }
  }
  for_each(context, names, true, [&](const std::string& name) {
    (void)lifecycle::remove(context.engine(), name, {});
    return true;
  });
  return kExitOk;
}

}  // namespace

constinit const Command kContainerPruneCommand{
    .summary = "Remove all non running containers",
    .usage = "[options]",
    .examples = "container prune\ncontainer prune --force --filter until=24h",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
