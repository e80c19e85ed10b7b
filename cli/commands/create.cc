// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/create.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/create/id_file.h"
#include "cli/create/option_tables.h"
#include "cli/exit_codes.h"
#include "core/engine/engine.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "attach",
     .letter = 'a',
     .kind = ValueKind::kStrings,
     .help = "Taken for the likeness to run; start --attach decides",
     .hidden = true},
};

int run(Context& context) {
  lifecycle::CreateRequest request = read_create_request(
      context.options(), context.arguments(), context.words(), facts_of_this_process());
  settle_ports(context.err(), request);
  settle_user_namespace(context.options(), context.engine().settings.default_userns, request);
  IdFile id_file(request.config.cid_file);
  lifecycle::CreateOptions how;
  if (!context.options().flag("quiet")) {
    how.progress = [&](const std::string& line) { context.err() << line << std::endl; };
  }
  const std::string id = lifecycle::create(context.engine(), request, how);
  id_file.write(id);
  context.out() << id << "\n";
  return kExitOk;
}

}  // namespace

constinit const Command kCreateCommand{
    .summary = "Create but do not start a container",
    .description = "Creates a new container from the given image, ready to be started",
    .usage = "[options] IMAGE [COMMAND [ARG...]]",
    .examples =
        "create alpine ls\n"
        "create --annotation HELLO=WORLD alpine ls\n"
        "create -t -i --name myctr alpine ls",
    .options = {kOptions, kProcessOptions, kSecurityOptions, kResourceOptions, kNetworkOptions,
                kMountOptions, kNamespaceOptions, kHealthOptions, kImageOptions,
                kObjectOptions},
    .arguments = {.least = 1},
    .interspersed = Interspersed::kNo,
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
