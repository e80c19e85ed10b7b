// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/start.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/streams.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/run.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .kind = ValueKind::kFlag,
     .help = "Start all containers, whatever state they are in"},
    {.name = "attach",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Attach to the container's output and error streams"},
    kDetachKeysOption,
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Choose containers by conditions"},
    {.name = "interactive",
     .letter = 'i',
     .kind = ValueKind::kFlag,
     .help = "Attach to the container's input as well"},
    kLatestOption,
    kSigProxyOption,
};

int start_attached(Context& context, const std::string& name) {
  engine::Engine& engine = context.engine();
  const std::string id = lifecycle::inspect(engine, name).config.id;
  ports::AttachRequest streams =
      own_streams(context.options(), context.options().flag("interactive"));
  pass_signals(context, streams, id);
  const lifecycle::RunResult result = lifecycle::start_attached(engine, id, streams);
  return result.detached ? kExitOk : result.exit_code;
}

int run(Context& context) {
  const Options& options = context.options();
  if (options.flag("all") && !context.arguments().empty()) {
    throw Error(Code::kInvalid,
                "either start all containers or the container(s) provided in the arguments");
  }
  const std::vector<std::string> names =
      select_containers(context, [&](const store::ContainerRow& row) {
        return row.state.status != model::Status::kRunning;
      });
  if (options.flag("attach") || options.flag("interactive")) {
    if (names.size() != 1) {
      throw Error(Code::kInvalid, "you cannot start and attach multiple containers at once");
    }
    (void)lifecycle::inspect(context.engine(), names.front());  // missing is 125, not 127
    return with_invocation_codes([&] { return start_attached(context, names.front()); });
  }
  engine::Engine& engine = context.engine();
  for_each_at_once(context, names, false,
                   [&](const std::string& name) { lifecycle::start(engine, name); });
  return kExitOk;
}

}  // namespace

constinit const Command kStartCommand{
    .summary = "Start one or more containers",
    .description =
        "Starts containers that were created or have stopped; --attach and\n"
        "--interactive connect to the one that is started",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "start --latest\nstart 860a4b231279 5421ab43b45\nstart --interactive --attach imageID",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .unless = "all latest filter",
                  .complaint = "start requires at least one argument"},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
