// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/diff.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/selection.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "format", .help = "Change the output format (json)"},
    kLatestOption,
};

const char* member_of(ports::ChangeKind kind) {
  switch (kind) {
    case ports::ChangeKind::kAdded:
      return "added";
    case ports::ChangeKind::kDeleted:
      return "deleted";
    case ports::ChangeKind::kModified:
      break;
  }
  return "changed";
}

char letter_of(ports::ChangeKind kind) {
  return kind == ports::ChangeKind::kAdded     ? 'A'
         : kind == ports::ChangeKind::kDeleted ? 'D'
                                               : 'C';
}

int run(Context& context) {
  const std::string format = context.options().text("format");
  if (!format.empty() && !wants_json(format)) {
    throw Error(Code::kInvalid, "only supported value for '--format' is 'json'");
  }
  refuse_names_with_latest(context);
  std::vector<std::string> rest;
  const std::string name = select_one(context, rest);
  const std::vector<ports::Change> changes = lifecycle::diff(context.engine(), name);
  if (format.empty()) {
    for (const ports::Change& change : changes) {
      context.out() << letter_of(change.kind) << ' ' << change.path << '\n';
    }
    return kExitOk;
  }
  OrderedJson document = OrderedJson::object();
  for (const char* member : {"changed", "added", "deleted"}) {
    for (const ports::Change& change : changes) {
      if (member_of(change.kind) == std::string_view(member)) {
        document[member].push_back(change.path);
      }
    }
  }
  print_json(context.out(), document);
  return kExitOk;
}

}  // namespace

constinit const Command kDiffCommand{
    .summary = "Display the changes to the object's file system",
    .description = "Displays what the top layer of a container or an image changes",
    .usage = "[options] {CONTAINER|IMAGE}",
    .examples = "diff imageID\ndiff ctrID\ndiff --format json redis:alpine",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .most = 1,
                  .unless = "latest",
                  .complaint = "\"gantry diff\" requires a name, id, or the \"--latest\" flag"},
    .run = run,
};

}  // namespace gantry::cli
