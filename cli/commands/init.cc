// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/start.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Initialize all containers that do not run"},
    kLatestOption,
};

bool is_idle(const store::ContainerRow& row) {
  return row.state.status == model::Status::kConfigured ||
         row.state.status == model::Status::kStopped ||
         row.state.status == model::Status::kExited;
}

int run(Context& context) {
  for_each(context, select_containers(context, is_idle), false, [&](const std::string& name) {
    lifecycle::init(context.engine(), name);
    return true;
  });
  return kExitOk;
}

}  // namespace

constinit const Command kInitCommand{
    .summary = "Initialize one or more containers",
    .description =
        "Creates containers in the runtime, with mounts and network, without starting "
        "their processes",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "init --latest\ninit 3c45ef19d893\ninit test1",
    .options = {kOptions},
    .arguments = some_containers("all latest"),
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
