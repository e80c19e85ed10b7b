// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/copy.h"

#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "archive",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Give copied files to the primary user of the target container",
     .fallback = "true"},
    {.name = "overwrite",
     .kind = ValueKind::kFlag,
     .help = "Allow to overwrite directories with non-directories and vice versa"},
};

// "name:path" is in a container, unless it begins like a path.
lifecycle::CopyEnd end_of(const std::string& argument, int stream) {
  if (argument == "-") {
    return {.stream = stream};
  }
  const std::size_t colon = argument.find(':');
  if (argument.starts_with('.') || argument.starts_with('/') || colon == std::string::npos ||
      argument.find('/') < colon) {
    return {.path = argument};
  }
  return {.container = argument.substr(0, colon), .path = argument.substr(colon + 1)};
}

void require_path(const lifecycle::CopyEnd& end) {
  if (end.stream < 0 && end.path.empty()) {
    throw Error(Code::kInvalid, "invalid arguments: you must specify paths");
  }
}

int run(Context& context) {
  const lifecycle::CopyEnd from = end_of(context.arguments()[0], STDIN_FILENO);
  const lifecycle::CopyEnd to = end_of(context.arguments()[1], STDOUT_FILENO);
  require_path(from);
  require_path(to);
  if (to.stream >= 0 && ::isatty(to.stream) == 1) {
    throw Error(Code::kInvalid, "refusing to write an archive to a terminal: redirect it");
  }
  lifecycle::copy(context.engine(), from, to,
                  {context.options().flag("archive"), context.options().flag("overwrite")});
  return kExitOk;
}

}  // namespace

constinit const Command kCpCommand{
    .summary = "Copy files/folders between a container and the local filesystem",
    .description =
        "Copies SRC_PATH to DEST_PATH, from or to a container that runs or not, or between "
        "two. With - for one of them a tar archive is read from standard input or written "
        "to standard output",
    .usage = "[options] [CONTAINER:]SRC_PATH [CONTAINER:]DEST_PATH",
    .examples = "cp ctrID:/etc/hosts .\ncp -a folder ctrID:/srv\ncp - ctrID:/srv < files.tar",
    .options = {kOptions},
    .arguments = {.least = 2, .most = 2},
    .run = run,
};

}  // namespace gantry::cli
