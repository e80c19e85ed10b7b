// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/version.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "format",
     .letter = 'f',
     .help = "Change the output format to JSON or a Go template"},
};

// Go's names for the machines that Linux names otherwise.
std::string architecture() {
  utsname names{};
  (void)::uname(&names);
  const std::string machine = names.machine;
  return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

int run(Context& context) {
  const OrderedJson client{{"Version", kVersion},
                           {"APIVersion", kVersion},
                           {"OsArch", "linux/" + architecture()},
                           {"Os", "linux"}};
  const OrderedJson document{{"Client", client}};
  const std::string format = context.options().text("format");
  if (wants_json(format)) {
    print_json(context.out(), document);
  } else if (!format.empty()) {
    print_object(context.out(), "version", "version", document, format);
  } else {
    context.out() << "Client:       gantry\n"
                  << "Version:      " << kVersion << "\n"
                  << "OS/Arch:      " << client["OsArch"].get<std::string>() << "\n";
  }
  return kExitOk;
}

}  // namespace

constinit const Command kVersionCommand{
    .summary = "Display the version of gantry",
    .usage = "[options]",
    .examples = "version\nversion --format json\nversion --format '{{.Client.Version}}'",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
};

}  // namespace gantry::cli
