// SPDX-License-Identifier: Apache-2.0
//
// mount and unmount: a container's root file system on the host.
#include "core/lifecycle/verbs/mount.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

constexpr Option kMountOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Mount all containers"},
    {.name = "format", .help = "Print the mounted containers in this format (json)"},
    kLatestOption,
    {.name = "notruncate",
     .kind = ValueKind::kFlag,
     .help = "Do not truncate output",
     .alias = "no-trunc"},
};
constexpr Option kUnmountOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Unmount all containers that are mounted"},
    {.name = "force",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Unmount at once what was mounted several times"},
    kLatestOption,
};

void print_mounted(Context& context, const std::vector<lifecycle::Mounted>& all) {
  const std::string format = context.options().text("format");
  if (format.empty()) {
    const bool whole = context.options().flag("notruncate");
    for (const lifecycle::Mounted& one : all) {
      context.out() << (whole ? one.id : model::short_id(one.id)) << "  " << one.path.string()
                    << '\n';
    }
    return;
  }
  OrderedJson document = OrderedJson::array();
  for (const lifecycle::Mounted& one : all) {
    document.push_back(
        {{"id", one.id}, {"Names", {one.name}}, {"mountpoint", one.path.string()}});
  }
  print_json(context.out(), document);
}

int mount(Context& context) {
  const Options& options = context.options();
  const std::string format = options.text("format");
  if (!format.empty() && !wants_json(format)) {
    throw Error(Code::kInvalid, "unknown --format argument: \"" + format + "\"");
  }
  engine::Engine& engine = context.engine();
  if (context.arguments().empty() && !options.flag("all") && !options.flag("latest")) {
    print_mounted(context, lifecycle::mounted(engine));
    return kExitOk;
  }
  const std::vector<std::string> names =
      select_containers(context, [](const store::ContainerRow&) { return true; });
  std::vector<lifecycle::Mounted> done;
  for_each(context, names, false, [&](const std::string& name) {
    const std::filesystem::path path = lifecycle::mount(engine, name);
    if (format.empty()) {
      context.out() << path.string() << '\n';
    } else {
      const lifecycle::Inspected container = lifecycle::inspect(engine, name);
      done.push_back({container.config.id, container.config.name, path, true});
    }
    return false;
  });
  if (!format.empty()) {
    print_mounted(context, done);
  }
  return kExitOk;
}

int unmount(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  if (options.flag("all")) {
    // Those that only run are none of the user's.
    for (const lifecycle::Mounted& one : lifecycle::mounted(engine)) {
      if (one.by_user && lifecycle::unmount(engine, one.id, options.flag("force"))) {
        context.out() << one.id << '\n';
      }
    }
    return kExitOk;
  }
  const std::vector<std::string> names =
      select_containers(context, [](const store::ContainerRow&) { return true; });
  for_each(context, names, false, [&](const std::string& name) {
    (void)lifecycle::unmount(engine, name, options.flag("force"));
    return true;
  });
  return kExitOk;
}

}  // namespace

constinit const Command kMountCommand{
    .summary = "Mount a working container's root filesystem",
    .description =
        "Mounts the root file systems of containers and prints where; without names, lists "
        "what is mounted",
    .usage = "[options] [CONTAINER...]",
    .examples = "mount\nmount ctrID\nmount ctrID1 ctrID2 ctrID3\nmount --all",
    .options = {kMountOptions},
    .run = mount,
    .changes = true,
};

constinit const Command kUnmountCommand{
    .summary = "Unmount working container's root filesystem",
    .description = "Takes back what mount did, once for each time it was done",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples = "unmount ctrID\nunmount ctrID1 ctrID2 ctrID3\nunmount --all",
    .options = {kUnmountOptions},
    .arguments = {.least = 1,
                  .unless = "all latest",
                  .complaint = "no container names or IDs given"},
    .run = unmount,
    .changes = true,
};

}  // namespace gantry::cli
