// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/exec.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/streams.h"
#include "cli/create/create_request.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "detach",
     .letter = 'd',
     .kind = ValueKind::kFlag,
     .help = "Run the command in the background"},
    kDetachKeysOption,
    {.name = "env",
     .letter = 'e',
     .kind = ValueKind::kArray,
     .help = "Set environment variables"},
    {.name = "env-file",
     .kind = ValueKind::kStrings,
     .help = "Read environment variables from a file"},
    {.name = "interactive",
     .letter = 'i',
     .kind = ValueKind::kFlag,
     .help = "Keep standard input open even if not attached"},
    kLatestOption,
    {.name = "preserve-fds",
     .kind = ValueKind::kUint,
     .help = "Pass this many further file descriptors to the command"},
    {.name = "privileged",
     .kind = ValueKind::kFlag,
     .help = "Give the process extended capabilities inside the container"},
    {.name = "tty", .letter = 't', .kind = ValueKind::kFlag, .help = "Allocate a terminal"},
    {.name = "user", .letter = 'u', .help = "User name or id, and group, for the command"},
    {.name = "workdir", .letter = 'w', .help = "Working directory inside the container"},
};

lifecycle::ExecRequest read_request(const Options& options, std::vector<std::string> argv) {
  lifecycle::ExecRequest request;
  request.argv = std::move(argv);
  std::map<std::string, std::string> env;
  read_environment(options.list("env-file"), options.list("env"), facts_of_this_process(), env);
  for (const auto& [name, value] : env) {
    request.env.push_back(name + "=" + value);
  }
  request.workdir = options.text("workdir");
  request.user = options.text("user");
  request.terminal = options.flag("tty");
  request.stdin_open = options.flag("interactive");
  request.privileged = options.flag("privileged");
  request.detach = options.flag("detach");
  request.preserve_fds = static_cast<unsigned>(options.count("preserve-fds"));
  return request;
}

int run(Context& context) {
  std::vector<std::string> argv;
  const std::string name = select_one(context, argv);
  engine::Engine& engine = context.engine();
  const std::string id = lifecycle::inspect(engine, name).config.id;
  if (argv.empty()) {
    throw Error(Code::kInvalid, "must provide a non-empty command to start an exec session");
  }
  const lifecycle::ExecRequest request = read_request(context.options(), std::move(argv));
  ports::AttachRequest streams = own_streams(context.options(), request.stdin_open);
  streams.terminal = request.terminal;
  std::string session;
  const int code = with_invocation_codes(
      [&] { return lifecycle::exec(engine, id, request, streams, &session); });
  if (request.detach) {
    context.out() << session << "\n";
  }
  return code;
}

}  // namespace

constinit const Command kExecCommand{
    .summary = "Run a process in a running container",
    .description = "Executes a command inside a running container",
    .usage = "[options] CONTAINER COMMAND [ARG...]",
    .examples = "exec -it ctrID ls\nexec -it -w /tmp myCtr pwd\nexec --user root ctrID ls",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .unless = "latest",
                  .complaint =
                      "exec requires the name or ID of a container or the --latest flag"},
    .interspersed = Interspersed::kNo,
    .run = run,
};

}  // namespace gantry::cli
