// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/attach.h"

#include "cli/commands/commands.h"
#include "cli/commands/streams.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/run.h"
#include "core/lifecycle/verbs/wait.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    kDetachKeysOption,
    kLatestOption,
    {.name = "no-stdin", .kind = ValueKind::kFlag, .help = "Do not attach standard input"},
    kSigProxyOption,
};

int run(Context& context) {
  refuse_names_with_latest(context);
  std::vector<std::string> rest;
  const std::string name = select_one(context, rest);
  engine::Engine& engine = context.engine();
  const lifecycle::Inspected found = lifecycle::inspect(engine, name);
  if (found.state.status != model::Status::kRunning) {
    throw Error(Code::kInvalid, "you can only attach to running containers");
  }
  const std::string& id = found.config.id;
  ports::AttachRequest streams =
      own_streams(context.options(), !context.options().flag("no-stdin"));
  pass_signals(context, streams, id);
  const ports::AttachEnd end = lifecycle::attach(engine, id, streams)->run();
  if (end == ports::AttachEnd::kDetached) {
    return kExitOk;
  }
  if (end == ports::AttachEnd::kOutputClosed) {
    return lifecycle::kOutputClosedExit;
  }
  return lifecycle::wait(engine, id);
}

}  // namespace

constinit const Command kAttachCommand{
    .summary = "Attach to a running container",
    .description = "Connects this terminal to the streams of a running container",
    .usage = "[options] CONTAINER",
    .examples = "attach ctrID\nattach 1234\nattach --no-stdin foobar",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .most = 1,
                  .unless = "latest",
                  .complaint =
                      "\"gantry attach\" requires a name, id, or the \"--latest\" flag"},
    .run = run,
};

}  // namespace gantry::cli
