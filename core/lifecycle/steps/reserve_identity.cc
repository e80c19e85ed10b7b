// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
    for (const std::string& other : context.config.depends_on) {
      const auto state = writer.find_state(other);
      if (!state || state->status == model::Status::kRemoving) {
        throw Error(Code::kNotFound, "container " + other +
                                         " that this one depends on does not exist: no such "
                                         "container");
      }
    }
    writer.create_container(context.config, context.state);
  });
}

void undo(StepContext& context) {
  context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
    writer.remove_container(context.config.id);
  });
}

}  // namespace

const Step kReserveIdentity{"reserve identity", run, undo};

}  // namespace gantry::lifecycle
