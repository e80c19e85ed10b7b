// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/stop.h"

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/restart.h"

namespace gantry::cli {
namespace {

constexpr Option kTime{.name = "time",
                       .letter = 't',
                       .kind = ValueKind::kUint,
                       .help =
                           "Seconds to wait for stop before killing the container; its own "
                           "when not given"};
constexpr Option kIds{.name = "cidfile",
                      .kind = ValueKind::kArray,
                      .help = "Read the container id from the file"};
constexpr Option kFilter{.name = "filter",
                         .letter = 'f',
                         .kind = ValueKind::kArray,
                         .help = "Choose containers by conditions"};

constexpr Option kStopOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Stop all running containers"},
    kIds,
    kFilter,
    {.name = "ignore",
     .letter = 'i',
     .kind = ValueKind::kFlag,
     .help = "Ignore errors when a specified container is missing"},
    kLatestOption,
    kTime,
};

constexpr Option kRestartOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Restart all containers"},
    kIds,
    kFilter,
    kLatestOption,
    {.name = "running", .kind = ValueKind::kFlag, .help = "Restart only running containers"},
    kTime,
};

lifecycle::StopOptions patience(const Options& options) {
  lifecycle::StopOptions how;
  if (options.given("time")) {
    how.timeout_s = static_cast<unsigned>(options.count("time"));
  }
  return how;
}

int stop(Context& context) {
  const lifecycle::StopOptions how = patience(context.options());
  engine::Engine& engine = context.engine();
  for_each_at_once(context, select_containers(context, runs), context.options().flag("ignore"),
                   [&](const std::string& name) { lifecycle::stop(engine, name, how); });
  return kExitOk;
}

int restart(Context& context) {
  const lifecycle::StopOptions how = patience(context.options());
  const bool running = context.options().flag("running");
  std::vector<std::string> names;
  if (running && context.arguments().empty()) {
    for (const store::ContainerRow& row : all_containers(context)) {
      if (runs(row)) {
        names.push_back(row.brief.id);
      }
    }
  } else {
    names = select_containers(context, [](const store::ContainerRow&) { return true; });
  }
  engine::Engine& engine = context.engine();
  for_each_at_once(context, names, false,
                   [&](const std::string& name) { lifecycle::restart(engine, name, how); });
  return kExitOk;
}

}  // namespace

constinit const Command kStopCommand{
    .summary = "Stop one or more containers",
    .description =
        "Sends the stop signal to running containers, and SIGKILL when the time is over",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "stop ctrID\nstop --latest\nstop --time 2 mywebserver 6e534f14da9d",
    .options = {kStopOptions},
    .arguments = some_containers("all latest cidfile filter"),
    .run = stop,
    .changes = true,
};

constinit const Command kRestartCommand{
    .summary = "Restart one or more containers",
    .description = "Stops containers, if they run, and starts them again",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "restart ctrID\nrestart --latest\nrestart ctrID1 ctrID2",
    .options = {kRestartOptions},
    .arguments = some_containers("all latest running cidfile filter"),
    .run = restart,
    .changes = true,
};

}  // namespace gantry::cli
