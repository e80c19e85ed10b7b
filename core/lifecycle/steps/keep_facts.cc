// SPDX-License-Identifier: Apache-2.0
//
// A folder for the checkpoint, and in it what the images of the processes will not tell: the
// addresses that the container had, and what it was asked to be. All that can be written while
// the processes live is: after their end a full disk would cost more than the checkpoint.
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void run(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  begin_checkpoint(context.engine, id);
  const auto keep = [&](const char* name, const std::string& text) {
    write_file(layout.checkpoint(id) / name, text, 0600);
  };
  keep(kNetworkStatus, to_text(context.state.network_status));
  keep(kConfigDump, config_dump(context.config, context.engine.clock.now_ns()));
  keep(kSpecDump, read_file(layout.bundle(id) / "config.json"));
}

void undo(StepContext& context) {
  const layout::Layout& layout = context.engine.layout;
  const std::string& id = context.config.id;
  if (has_checkpoint(layout, id)) {
    if (!gantry::exists(layout.checkpoint(id) / kUnsynced)) {
      return;  // the last one: no new one was begun
    }
    if (has_ended(context.engine, context.config, context.state) != false) {
      return;  // nothing else is left of its processes
    }
  }
  remove_tree(layout.checkpoint(id));
  settle_checkpoint(context.engine, id);
}

}  // namespace

const Step kKeepFacts{"keep facts", run, undo};

}  // namespace gantry::lifecycle
