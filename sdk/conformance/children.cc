// SPDX-License-Identifier: Apache-2.0
#include "sdk/conformance/children.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "sdk/support/subprocess.h"

namespace gantry::conformance {

void die() {
  (void)::kill(::getpid(), SIGKILL);
  std::abort();
}

void run_and_die(const std::string& name, const gantry_plugin& plugin, const Options& options,
                 const std::filesystem::path& folder) {
  Bench bench(plugin, options, folder);
  if (name == "state-commit") {
    state_commit_and_die(bench);
  } else if (name == "storage-stage") {
    storage_stage_and_die(bench);
  }
  throw Error(Code::kInternal, "no work named " + name);
}

void Bench::die_in_child(const std::string& work) const {
  if (options_.runner.empty()) {
    throw Skip("needs the program gantry-plugin-conformance, to die in its place");
  }
  Command command;
  command.argv = {options_.runner,       "--die-in", work,
                  folder_.string(),      "--config", options_.config_json,
                  options_.file.string()};
  const CommandResult result = run_command(command);
  require(result.exit_code == 128 + SIGKILL, "the process that was to die ended with " +
                                                 std::to_string(result.exit_code) + ": " +
                                                 result.err);
}

}  // namespace gantry::conformance
