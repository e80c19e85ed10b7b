// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/run.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/streams.h"
#include "cli/create/create_request.h"
#include "cli/create/id_file.h"
#include "cli/create/option_tables.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "core/engine/engine.h"
#include "core/lifecycle/invocation_error.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "attach",
     .letter = 'a',
     .kind = ValueKind::kStrings,
     .help = "Attach to stdin, stdout or stderr"},
    {.name = "detach",
     .letter = 'd',
     .kind = ValueKind::kFlag,
     .help = "Run the container in the background and print its id"},
    kDetachKeysOption,
    kSigProxyOption,
};

// -a names the streams to attach to; without it all, standard input only with -i.
ports::AttachRequest asked_streams(const Options& options) {
  ports::AttachRequest streams = own_streams(options, options.flag("interactive"));
  const std::vector<std::string> names = options.list("attach");
  if (names.empty()) {
    return streams;
  }
  ports::AttachRequest asked = streams;
  asked.in = asked.out = asked.err = -1;
  for (const std::string& name : names) {
    if (name == "stdin" || name == "STDIN") {
      asked.in = 0;
    } else if (name == "stdout" || name == "STDOUT") {
      asked.out = streams.out;
    } else if (name == "stderr" || name == "STDERR") {
      asked.err = streams.err;
    } else {
      throw Error(Code::kInvalid,
                  "invalid stream \"" + name +
                      "\" for --attach - must be one of stdin, stdout, or stderr");
    }
  }
  return asked;
}

int run(Context& context) {
  const Options& options = context.options();
  lifecycle::CreateRequest request = read_create_request(
      options, context.arguments(), context.words(), facts_of_this_process());
  settle_ports(context.err(), request);
  settle_user_namespace(options, context.engine().settings.default_userns, request);
  IdFile id_file(request.config.cid_file);
  lifecycle::RunOptions how;
  how.detach = options.flag("detach");
  how.streams = asked_streams(options);
  std::string id;
  pass_signals(context, how.streams, id);
  how.created = [&](const std::string& created) {
    id = created;
    id_file.write(id);
  };
  if (!options.flag("quiet")) {
    how.progress = [&](const std::string& line) { context.err() << line << std::endl; };
  }
  return with_invocation_codes([&] {
    try {
      const lifecycle::RunResult result = lifecycle::run(context.engine(), request, how);
      if (how.detach) {
        context.out() << result.id << "\n";
      }
      return result.detached ? kExitOk : result.exit_code;
    } catch (const Error& error) {
      // What was created and cannot be started counts, as in podman, as not invocable.
      const bool missing = error.code() == Code::kNotFound &&
                           dynamic_cast<const lifecycle::InvocationError*>(&error) != nullptr;
      if (id.empty() || missing || error.code() == Code::kCancelled) {
        throw;
      }
      throw ExitError(kExitCannotInvoke, error);
    }
  });
}

}  // namespace

constinit const Command kRunCommand{
    .summary = "Run a command in a new container",
    .description = "Runs a command in a new container from the given image",
    .usage = "[options] IMAGE [COMMAND [ARG...]]",
    .examples =
        "run imageID ls -alF /etc\n"
        "run --network=host imageID wget -qO- http://localhost\n"
        "run --volume /var/hostdir:/var/ctrdir -i -t alpine /bin/sh",
    .options = {kOptions, kProcessOptions, kSecurityOptions, kResourceOptions, kNetworkOptions,
                kMountOptions, kNamespaceOptions, kHealthOptions, kImageOptions,
                kObjectOptions},
    .arguments = {.least = 1},
    .interspersed = Interspersed::kNo,
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
