// SPDX-License-Identifier: Apache-2.0
//
// kill, pause and unpause: what reaches a running container at once.
#include "core/lifecycle/signals.h"

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/lifecycle/verbs/pause.h"

namespace gantry::cli {
namespace {

constexpr Option kIds{.name = "cidfile",
                      .kind = ValueKind::kArray,
                      .help = "Read the container id from the file"};

constexpr Option kKillOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Signal all running containers"},
    kIds,
    kLatestOption,
    {.name = "signal",
     .letter = 's',
     .help = "Signal to send to the container",
     .fallback = "KILL"},
};

constexpr Option kPauseOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Pause all running containers"},
    kIds,
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Choose containers by conditions"},
    kLatestOption,
};

constexpr Option kUnpauseOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Unpause all paused containers"},
    kIds,
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Choose containers by conditions"},
    kLatestOption,
};

std::function<bool(const store::ContainerRow&)> in_state(model::Status status) {
  return [status](const store::ContainerRow& row) { return row.state.status == status; };
}

int kill(Context& context) {
  const int signal = lifecycle::parse_signal(context.options().text("signal"));
  for_each(context, select_containers(context, in_state(model::Status::kRunning)), false,
           [&](const std::string& name) {
             lifecycle::kill(context.engine(), name, signal);
             return true;
           });
  return kExitOk;
}

int pause(Context& context) {
  for_each(context, select_containers(context, in_state(model::Status::kRunning)), false,
           [&](const std::string& name) {
             lifecycle::pause(context.engine(), name);
             return true;
           });
  return kExitOk;
}

int unpause(Context& context) {
  for_each(context, select_containers(context, in_state(model::Status::kPaused)), false,
           [&](const std::string& name) {
             lifecycle::unpause(context.engine(), name);
             return true;
           });
  return kExitOk;
}

constexpr ArgumentRule kSome = some_containers("all latest cidfile filter");

}  // namespace

constinit const Command kKillCommand{
    .summary = "Kill one or more running containers with a specific signal",
    .description = "Sends a signal to the first process of running containers",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "kill mywebserver\nkill 860a4b23\nkill --signal TERM ctrID",
    .options = {kKillOptions},
    .arguments = kSome,
    .run = kill,
    .changes = true,
};

constinit const Command kPauseCommand{
    .summary = "Pause all the processes in one or more containers",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "pause mywebserver\npause 860a4b23\npause --all",
    .options = {kPauseOptions},
    .arguments = kSome,
    .run = pause,
    .changes = true,
};

constinit const Command kUnpauseCommand{
    .summary = "Unpause the processes in one or more containers",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "unpause ctrID\nunpause --all",
    .options = {kUnpauseOptions},
    .arguments = kSome,
    .run = unpause,
    .changes = true,
};

}  // namespace gantry::cli
