// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"
#include "core/net/port_spec.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Show the ports of all containers"},
    kLatestOption,
};

void print_all(std::ostream& out, const std::vector<model::PortMapping>& ports,
               const std::string& prefix) {
  for (const std::string& line : net::port_lines(ports)) {
    out << prefix << line << "\n";
  }
}

// The host's side of one port: 80, or 80/tcp.
void print_one(std::ostream& out, const model::ContainerConfig& config,
               const std::string& asked) {
  const std::string wanted = asked.find('/') == std::string::npos ? asked + "/tcp" : asked;
  bool found = false;
  for (const std::string& line : net::port_lines(config.network.ports)) {
    const auto arrow = line.find(" -> ");
    if (line.substr(0, arrow) == wanted) {
      out << line.substr(arrow + 4) << "\n";
      found = true;
    }
  }
  if (!found) {
    throw Error(Code::kNotFound, "failed to find published port \"" + asked + "\": container " +
                                     config.name + " does not publish it");
  }
}

int run(Context& context) {
  if (context.options().flag("all")) {
    if (context.options().flag("latest")) {
      throw Error(Code::kInvalid, "--all and --latest cannot be used together");
    }
    if (!context.arguments().empty()) {
      throw Error(Code::kInvalid, "no arguments are needed with --all");
    }
    for (const store::ContainerRow& row : lifecycle::list(context.engine())) {
      print_all(context.out(), row.brief.ports, row.brief.id.substr(0, 12) + "\t");
    }
    return kExitOk;
  }
  std::vector<std::string> rest;
  const std::string name = select_one(context, rest);
  const model::ContainerConfig config = lifecycle::inspect(context.engine(), name).config;
  if (rest.empty()) {
    print_all(context.out(), config.network.ports, "");
  } else {
    print_one(context.out(), config, rest.front());
  }
  return kExitOk;
}

}  // namespace

constinit const Command kPortCommand{
    .summary = "List port mappings or a specific mapping for the container",
    .usage = "[options] CONTAINER [PORT]",
    .examples = "port --all\nport ctrID 80/tcp\nport --latest 80",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .most = 2,
                  .unless = "all latest",
                  .complaint = "you must supply a running container name or id"},
    .run = run,
};

}  // namespace gantry::cli
