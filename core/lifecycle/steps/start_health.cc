// SPDX-License-Identifier: Apache-2.0
//
// The container's health: nothing is known yet; from now on it is looked at.
#include "core/health/record.h"
#include "core/lifecycle/health_runner.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const std::string& id = context.config.id;
  if (!health::has_check(context.config.health)) {
    return;
  }
  health::write_record(context.engine.layout.health(id), {});
  if (health::checks_by_itself({}, context.config.health)) {
    start_health_runner(context.engine, id);
  }
}

void undo(StepContext& context) { stop_health_runner(context.engine, context.config.id); }

}  // namespace

const Step kStartHealth{"start health check", run, undo};

}  // namespace gantry::lifecycle
