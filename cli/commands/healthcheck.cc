// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/healthcheck.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"

namespace gantry::cli {
namespace {

int run(Context& context) {
  if (lifecycle::check_health(context.engine(), context.arguments().front())) {
    return kExitOk;
  }
  context.out() << "unhealthy\n";
  return kExitNo;
}

int watch(Context& context) {
  lifecycle::watch_health(context.engine(), context.arguments().front());
  return kExitOk;
}

}  // namespace

constinit const Command kHealthcheckCommand{
    .summary = "Manage health checks of containers",
    .usage = "[command]",
};

constinit const Command kHealthcheckRunCommand{
    .summary = "Run the health check of a container",
    .description = "Runs the check once; exits with 0 when it succeeds, with 1 when it fails",
    .usage = "CONTAINER",
    .examples = "healthcheck run mywebapp",
    .arguments = {.least = 1, .most = 1},
    .run = run,
};

constinit const Command kHealthcheckWatchCommand{
    .summary = "Run the health check of a container until it ends",
    .usage = "CONTAINER",
    .arguments = {.least = 1, .most = 1},
    .run = watch,
};

}  // namespace gantry::cli
