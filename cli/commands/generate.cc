// SPDX-License-Identifier: Apache-2.0
//
// The hidden command that writes man pages and completions from the tables.
#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/completion.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/manual.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

void write_manual(const std::filesystem::path& folder) {
  make_directories(folder);
  write_file(folder / "gantry.1", root_page(command_tree()));
  for (const Entry& entry : command_tree()) {
    if (!entry.hidden) {
      write_file(folder / (page_name(entry) + ".1"), command_page(command_tree(), entry));
    }
  }
}

int run(Context& context) {
  const std::string& what = context.arguments()[0];
  const std::filesystem::path folder = context.arguments()[1];
  if (what == "man") {
    write_manual(folder);
  } else if (what == "completion") {
    make_directories(folder);
    write_file(folder / "gantry", bash_completion(command_tree()));
  } else {
    throw Error(Code::kInvalid, "what to generate is man or completion, not \"" + what + "\"");
  }
  return kExitOk;
}

}  // namespace

constinit const Command kGenerateCommand{
    .summary = "Write man pages or completions",
    .usage = "man|completion FOLDER",
    .arguments = {.least = 2, .most = 2},
    .run = run,
};

}  // namespace gantry::cli
