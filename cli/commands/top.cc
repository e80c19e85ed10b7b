// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/top.h"

#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/process_table.h"
#include "cli/selection.h"
#include "cli/table.h"
#include "cli/values.h"
#include "sdk/support/subprocess.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {kLatestOption};

// Options are ps's own: the host's ps gets them, and the pids to look at. -q, because -p adds
// to what options like -e select, and would show the whole host; -q shows these alone, and
// ps refuses it beside options that select others.
std::string from_ps(const std::vector<int>& pids, const std::vector<std::string>& options) {
  std::vector<std::string> numbers;
  for (const int pid : pids) {
    numbers.push_back(std::to_string(pid));
  }
  gantry::Command command;
  command.argv = {"ps"};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.argv.insert(command.argv.end(), {"-q", join(numbers, ",")});
  const CommandResult result = run_command(command);
  if (result.exit_code != 0 && !result.err.empty()) {  // else all have ended meanwhile
    throw Error(Code::kInvalid, "ps: " + result.err.substr(0, result.err.find('\n')));
  }
  return result.out;
}

int run(Context& context) {
  std::vector<std::string> words;
  const std::string name = select_one(context, words);
  const bool for_ps = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.starts_with('-');
  });
  std::vector<std::string> descriptors;
  for (const std::string& word : words) {
    for (const std::string& part : split(word, ',')) {
      descriptors.push_back(part);
    }
  }
  if (!for_ps) {
    std::for_each(descriptors.begin(), descriptors.end(), require_descriptor);
  }
  const std::vector<int> pids = lifecycle::top(context.engine(), name);
  if (for_ps) {
    context.out() << from_ps(pids, words);
  } else {
    context.out() << align_columns(
        process_table(pids, descriptors.empty() ? default_descriptors() : descriptors));
  }
  return kExitOk;
}

}  // namespace

constinit const Command kTopCommand{
    .summary = "Display the running processes of a container",
    .description =
        "Shows the processes of a running container; the columns are named by words\n"
        "such as pid, user, args, or by options of ps",
    .usage = "[options] CONTAINER [FORMAT-DESCRIPTORS|ARGS...]",
    .examples =
        "top ctrID\ntop --latest\ntop ctrID pid seccomp args %C\ntop ctrID -eo user,pid,comm",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .unless = "latest",
                  .complaint = "you must provide the name or id of a running container"},
    .interspersed = Interspersed::kNo,
    .run = run,
};

}  // namespace gantry::cli
