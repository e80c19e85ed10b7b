// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/checkpoint.h"

#include <chrono>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/criu_report.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Checkpoint all running containers"},
    {.name = "compress",
     .letter = 'c',
     .help = "Compress the archive: none, gzip or zstd",
     .fallback = "zstd"},
    {.name = "export",
     .letter = 'e',
     .help = "Write an archive that restore --import takes, here or on another host",
     .argument = "file"},
    {.name = "file-locks",
     .kind = ValueKind::kFlag,
     .help = "Take file locks into the checkpoint"},
    {.name = "ignore-rootfs",
     .kind = ValueKind::kFlag,
     .help = "Leave changes of the root file system out of the archive"},
    {.name = "ignore-volumes",
     .kind = ValueKind::kFlag,
     .help = "Leave what volumes hold out of the archive"},
    {.name = "keep",
     .letter = 'k',
     .kind = ValueKind::kFlag,
     .help = "Keep the logs and dumps that were written on the way"},
    kLatestOption,
    {.name = "leave-running",
     .letter = 'R',
     .kind = ValueKind::kFlag,
     .help = "Leave the container running: files may then be of a later moment than memory"},
    {.name = "print-stats", .kind = ValueKind::kFlag, .help = "Print what it cost, as JSON"},
    {.name = "tcp-established",
     .kind = ValueKind::kFlag,
     .help = "Take established TCP connections into the checkpoint"},
};

tree::Compression compression(const Options& options) {
  const std::string word = options.text("compress");
  if (word == "none") {
    return tree::Compression::kNone;
  }
  if (word == "gzip") {
    return tree::Compression::kGzip;
  }
  if (word == "zstd") {
    return tree::Compression::kZstd;
  }
  throw Error(Code::kInvalid, "selected compression algorithm (\"" + word +
                                  "\") not supported. Please select one from: gzip, none, "
                                  "zstd");
}

lifecycle::CheckpointOptions asked(const Options& options) {
  lifecycle::CheckpointOptions how;
  how.export_file = options.text("export");
  for (const char* name : {"ignore-rootfs", "ignore-volumes", "compress"}) {
    if (options.given(name) && how.export_file.empty()) {
      throw Error(Code::kInvalid, "--" + std::string(name) + " can only be used with --export");
    }
  }
  how.compression = compression(options);
  how.leave_running = options.flag("leave-running");
  how.tcp_established = options.flag("tcp-established");
  how.file_locks = options.flag("file-locks");
  how.keep = options.flag("keep");
  how.ignore_rootfs = options.flag("ignore-rootfs");
  how.ignore_volumes = options.flag("ignore-volumes");
  return how;
}

bool is_running(const store::ContainerRow& row) {
  return row.state.status == model::Status::kRunning;
}

int run(Context& context) {
  const lifecycle::CheckpointOptions how = asked(context.options());
  const std::vector<std::string> names = select_containers(context, is_running);
  if (!how.export_file.empty() && names.size() > 1) {
    throw Error(Code::kInvalid,
                "--export can only be used with one container: each needs an "
                "archive of its own");
  }
  CriuReport report("checkpoint");
  const bool figures = context.options().flag("print-stats");
  for_each(context, names, false, [&](const std::string& name) {
    const lifecycle::CheckpointResult done = lifecycle::checkpoint(context.engine(), name, how);
    report.add(done.id, done.runtime_us, done.criu);
    return !figures;
  });
  if (figures) {
    report.print(context.out());
  }
  return kExitOk;
}

}  // namespace

constinit const Command kCheckpointCommand{
    .summary = "Checkpoint one or more containers",
    .description =
        "Writes the processes of running containers to disk, from where restore lets\n"
        "them go on; needs criu, and an OCI runtime that is built with it",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "container checkpoint --keep ctrID\ncontainer checkpoint --all\n"
        "container checkpoint --leave-running --latest\n"
        "container checkpoint --export=/tmp/box.tar.zst box",
    .options = {kOptions},
    .arguments = some_containers("all latest"),
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
