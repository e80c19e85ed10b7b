// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/export.h"

#include <unistd.h>

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "sdk/support/output_file.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "output",
     .letter = 'o',
     .help = "Write to this file; standard output when not given"},
};

void export_to_file(Context& context, const std::string& path) {
  OutputFile file(path);
  lifecycle::export_container(context.engine(), context.arguments().front(), file.fd());
  file.finish();
}

int run(Context& context) {
  const std::string output = context.options().text("output");
  if (!output.empty()) {
    export_to_file(context, output);
    return kExitOk;
  }
  if (::isatty(STDOUT_FILENO) == 1) {
    throw Error(Code::kInvalid, "refusing to export to terminal. Use -o flag or redirect");
  }
  context.out().flush();
  lifecycle::export_container(context.engine(), context.arguments().front(), STDOUT_FILENO);
  return kExitOk;
}

}  // namespace

constinit const Command kExportCommand{
    .summary = "Export container's filesystem contents as a tar archive",
    .description =
        "Writes the root file system of a container as a tar archive, running or not",
    .usage = "[options] CONTAINER",
    .examples = "export ctrID > myCtr.tar\nexport --output=myCtr.tar ctrID",
    .options = {kOptions},
    .arguments = {.least = 1, .most = 1},
    .run = run,
};

}  // namespace gantry::cli
