// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/commit.h"

#include <optional>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/progress.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "sdk/support/files.h"
#include "sdk/support/output_file.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "author", .letter = 'a', .help = "Set the author of the image"},
    {.name = "change",
     .letter = 'c',
     .kind = ValueKind::kArray,
     .help = "Apply instructions to the image: CMD | ENTRYPOINT | ENV | EXPOSE | HEALTHCHECK | "
             "LABEL | ONBUILD | STOPSIGNAL | USER | VOLUME | WORKDIR"},
    {.name = "format",
     .letter = 'f',
     .help = "Format of the image (\"oci\"|\"docker\"); images are kept in one form and get "
             "theirs when they are saved",
     .fallback = "oci"},
    {.name = "iidfile", .help = "Write the image's id to this file", .argument = "file"},
    {.name = "include-volumes",
     .kind = ValueKind::kFlag,
     .help = "Make the container's volumes volumes of the image"},
    {.name = "message", .letter = 'm', .help = "Set the message in the image's history"},
    {.name = "pause",
     .letter = 'p',
     .kind = ValueKind::kFlag,
     .help = "Pause the container while its changes are read"},
    {.name = "quiet",
     .letter = 'q',
     .kind = ValueKind::kFlag,
     .help = "Do not tell how it goes"},
    {.name = "squash",
     .letter = 's',
     .kind = ValueKind::kFlag,
     .help = "Make one layer of all that the container shows, without the image's history"},
};

int run(Context& context) {
  const Options& options = context.options();
  const std::string format = options.text("format");
  if (format != "oci" && format != "docker") {
    throw Error(Code::kInvalid, "unrecognized image format \"" + format + "\"");
  }
  lifecycle::CommitOptions how;
  how.reference = context.arguments().size() > 1 ? context.arguments()[1] : "";
  how.author = options.text("author");
  how.message = options.text("message");
  how.changes = options.list("change");
  how.pause = options.flag("pause");
  how.include_volumes = options.flag("include-volumes");
  how.squash = options.flag("squash");
  std::optional<OutputFile> id_file;
  if (options.given("iidfile")) {
    id_file.emplace(options.text("iidfile"));  // what cannot be written is told before
  }
  ProgressDisplay display(context.err(), options.flag("quiet"));
  how.progress = display.progress();
  const std::string id = lifecycle::commit(context.engine(), context.arguments().front(), how);
  display.finish();
  if (id_file) {
    write_all(id_file->fd(), "sha256:" + id, options.text("iidfile"));
    id_file->finish();
  }
  context.out() << id << "\n";
  return kExitOk;
}

}  // namespace

constinit const Command kCommitCommand{
    .summary = "Create new image based on the changed container",
    .description = "Makes an image of a container's image and what the container changed in it",
    .usage = "[options] CONTAINER [IMAGE]",
    .examples =
        "commit -q --message \"committing container to image\" reverent_golick "
        "image-committed\n"
        "commit --change CMD=/bin/sh containerID my-image\ncommit containerID",
    .options = {kOptions},
    .arguments = {.least = 1, .most = 2},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
