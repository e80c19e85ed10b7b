// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/restore.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/criu_report.h"
#include "cli/commands/progress.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/net/port_spec.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Restore all checkpointed containers"},
    {.name = "file-locks",
     .kind = ValueKind::kFlag,
     .help = "Restore file locks that the checkpoint holds"},
    {.name = "ignore-rootfs",
     .kind = ValueKind::kFlag,
     .help = "Leave the archive's changes of the root file system out (with --import)"},
    {.name = "ignore-static-ip",
     .kind = ValueKind::kFlag,
     .help = "Take any IP address, not the one that the container had"},
    {.name = "ignore-static-mac",
     .kind = ValueKind::kFlag,
     .help = "Take any MAC address, not the one that the container had"},
    {.name = "ignore-volumes",
     .kind = ValueKind::kFlag,
     .help = "Leave what the archive has of volumes out (with --import)"},
    {.name = "import",
     .letter = 'i',
     .help = "Restore from an archive of checkpoint --export",
     .argument = "file"},
    {.name = "keep",
     .letter = 'k',
     .kind = ValueKind::kFlag,
     .help = "Keep the checkpoint, to go back to it again"},
    kLatestOption,
    {.name = "name",
     .letter = 'n',
     .help = "Name the container anew, and give it an id of its own (with --import)"},
    {.name = "print-stats", .kind = ValueKind::kFlag, .help = "Print what it cost, as JSON"},
    {.name = "publish",
     .letter = 'p',
     .kind = ValueKind::kArray,
     .help = "Publish these ports in place of those that were published (with --import)"},
    {.name = "tcp-established",
     .kind = ValueKind::kFlag,
     .help = "Restore established TCP connections that the checkpoint holds"},
};

lifecycle::RestoreOptions asked(const Options& options) {
  lifecycle::RestoreOptions how;
  how.tcp_established = options.flag("tcp-established");
  how.file_locks = options.flag("file-locks");
  how.keep = options.flag("keep");
  how.ignore_static_ip = options.flag("ignore-static-ip");
  how.ignore_static_mac = options.flag("ignore-static-mac");
  return how;
}

lifecycle::RestoreResult import(Context& context) {
  const Options& options = context.options();
  if (!context.arguments().empty() || options.flag("all") || options.flag("latest")) {
    throw Error(Code::kInvalid,
                "cannot use --import with positional arguments, --all or "
                "--latest");
  }
  lifecycle::ImportOptions how;
  how.restore = asked(options);
  how.name = options.text("name");
  how.runtime = options.text("runtime");
  how.ignore_rootfs = options.flag("ignore-rootfs");
  how.ignore_volumes = options.flag("ignore-volumes");
  if (options.given("publish")) {
    how.ports.emplace();
    for (const std::string& spec : options.list("publish")) {
      for (model::PortMapping& port : net::parse_port(spec)) {
        how.ports->push_back(std::move(port));
      }
    }
  }
  ProgressDisplay display(context.err(), false);
  how.progress = display.progress().line;
  lifecycle::RestoreResult result =
      lifecycle::restore_archive(context.engine(), options.text("import"), how);
  display.finish();
  return result;
}

void refuse_without_import(const Options& options) {
  for (const char* name : {"ignore-rootfs", "ignore-volumes", "name", "publish"}) {
    if (options.given(name)) {
      throw Error(Code::kInvalid, "--" + std::string(name) + " can only be used with --import");
    }
  }
}

int run(Context& context) {
  const Options& options = context.options();
  CriuReport report("restore");
  const bool figures = options.flag("print-stats");
  if (options.given("import")) {
    const lifecycle::RestoreResult done = import(context);
    report.add(done.id, done.runtime_us, done.criu);
    if (!figures) {
      context.out() << done.id << "\n";
    }
  } else {
    refuse_without_import(options);
    const lifecycle::RestoreOptions how = asked(options);
    const auto was_checkpointed = [](const store::ContainerRow& row) {
      return row.state.checkpointed_ns != 0 && !model::runs(row.state.status);
    };
    for_each(context, select_containers(context, was_checkpointed), false,
             [&](const std::string& name) {
               const lifecycle::RestoreResult done =
                   lifecycle::restore(context.engine(), name, how);
               report.add(done.id, done.runtime_us, done.criu);
               return !figures;
             });
  }
  if (figures) {
    report.print(context.out());
  }
  return kExitOk;
}

}  // namespace

constinit const Command kRestoreCommand{
    .summary = "Restore one or more containers from a checkpoint",
    .description =
        "Lets the processes of containers go on from their last checkpoint, or makes a\n"
        "container of an archive of one. An archive is a program with the rights that its\n"
        "author chose: import only what you trust",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "container restore ctrID\ncontainer restore --latest\ncontainer restore --all\n"
        "container restore --import=/tmp/box.tar.zst --name=box2",
    .options = {kOptions},
    .arguments = some_containers("all latest import"),
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
