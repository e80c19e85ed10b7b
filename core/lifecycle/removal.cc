// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/removal.h"

#include <algorithm>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/transaction.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// Looked for in the transaction that says "removing": create looks for that in its own.
void mark_removing(engine::Engine& engine, LockedContainer& container) {
  const std::string& id = container.config.id;
  container.state.status = model::Status::kRemoving;
  engine.store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    for (const store::ContainerRow& row : writer.containers()) {
      const auto& needs = row.brief.depends_on;
      if (std::find(needs.begin(), needs.end(), id) != needs.end()) {
        throw Error(Code::kBusy, "container " + id +
                                     " has dependent containers which must be "
                                     "removed before it: " +
                                     row.brief.id + ": container already exists");
      }
    }
    writer.put_state(id, container.state);
  });
}

}  // namespace

void remove_locked(engine::Engine& engine, LockedContainer container, const Removal& removal) {
  const std::string& id = container.config.id;
  const model::Status before = container.state.status;
  try {
    mark_removing(engine, container);
  } catch (...) {
    container.state.status = before;
    throw;
  }
  StepContext context{engine, container.config, container.state};
  context.remove_anonymous_volumes = removal.volumes;
  std::optional<Error> left;
  if (gantry::exists(engine.layout.container_run(id)) || container.state.monitor_pid > 0) {
    left = play_backwards(activate_steps(), context, Journal(engine.layout.journal(id)));
  }
  const auto steps = provision_steps();
  if (!left) {
    left = play_backwards(steps, context, Journal({}));
  }
  if (left) {
    throw left->while_doing("remove container " + id);
  }
  announce(engine, container.config, "remove");
  container.lock.release_and_forget();
}

}  // namespace gantry::lifecycle
