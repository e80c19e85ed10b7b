// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Remove all containers"},
    {.name = "cidfile",
     .kind = ValueKind::kArray,
     .help = "Read the container id from the file"},
    {.name = "depend",
     .kind = ValueKind::kFlag,
     .help = "Remove the container and all containers that depend on it"},
    {.name = "filter", .kind = ValueKind::kArray, .help = "Choose containers by conditions"},
    {.name = "force",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Remove running or unusable containers too"},
    {.name = "ignore",
     .letter = 'i',
     .kind = ValueKind::kFlag,
     .help = "Ignore errors when a specified container is missing"},
    kLatestOption,
    {.name = "time",
     .letter = 't',
     .kind = ValueKind::kUint,
     .help = "Seconds to wait for stop before killing the container; its own when not given"},
    {.name = "volumes",
     .letter = 'v',
     .kind = ValueKind::kFlag,
     .help = "Remove the anonymous volumes of the container"},
};

lifecycle::RemoveOptions asked(const Options& options) {
  lifecycle::RemoveOptions how;
  how.force = options.flag("force");
  how.volumes = options.flag("volumes");
  how.depend = options.flag("depend");
  if (options.given("time")) {
    if (!how.force) {
      throw Error(Code::kInvalid, "--force option must be specified to use the --time option");
    }
    how.timeout_s = static_cast<unsigned>(options.count("time"));
  }
  return how;
}

int run(Context& context) {
  const Options& options = context.options();
  const lifecycle::RemoveOptions how = asked(options);
  const auto any = [](const store::ContainerRow&) { return true; };
  std::vector<std::string> names = select_containers(context, any);
  if (options.flag("all")) {
    std::reverse(names.begin(), names.end());  // the newest first
  }
  // With --all one may have gone along with another; with --force a missing one is no error.
  const bool ignore = options.flag("ignore") || options.flag("all") || how.force;
  engine::Engine& engine = context.engine();
  remove_containers(context, names, ignore, [&](const std::string& name) {
    std::vector<std::string> removed = lifecycle::remove(engine, name, how);
    return how.depend && removed.size() > 1 ? removed : std::vector<std::string>{name};
  });
  return kExitOk;
}

}  // namespace

constinit const Command kRmCommand{
    .summary = "Remove one or more containers",
    .description = "Removes containers from this host; their images stay",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "rm ctrID\nrm mywebserver myflaskserver 860a4b23\nrm --force --all\nrm -f c684f0d469f2",
    .options = {kOptions},
    .arguments = some_containers("all latest cidfile filter"),
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
