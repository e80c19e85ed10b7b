// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/removal.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/cgroup_leftovers.h"
#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/transaction.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// Looked for in the transaction that says "removing": create looks for that in its own.
void mark_removing(engine::Engine& engine, LockedContainer& container, const Removal& removal) {
  const std::string& id = container.config.id;
  model::ContainerState& state = container.state;
  state.remove_volumes = state.remove_volumes || removal.volumes ||
                         container.config.auto_remove ||
                         state.status == model::Status::kCreating;
  state.status = model::Status::kRemoving;
  engine.store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    require_no_dependents(writer, id);
    writer.put_state(id, state);
  });
}

// Both journals backwards; with insist, over whatever cannot be undone.
std::optional<Error> undo_all(StepContext& context, bool insist) {
  const std::string& id = context.config.id;
  const layout::Layout& layout = context.engine.layout;
  std::optional<Error> left;
  if (gantry::exists(layout.container_run(id)) || context.state.monitor_pid > 0) {
    left = play_backwards(activate_steps(), context, Journal(layout.journal(id)));
  } else {
    remove_cgroups(cgroups_path(context.config));
  }
  if (left && insist) {
    log::warning("container " + id + ": ignoring that something is left: " + left->what());
    left.reset();
  }
  if (!left) {
    left = play_backwards(provision_steps(), context, Journal({}));
  }
  if (left && insist) {
    log::warning("container " + id + ": ignoring that something is left: " + left->what());
    left.reset();
    kReserveIdentity.undo(context);
  }
  return left;
}

}  // namespace

void remove_locked(engine::Engine& engine, LockedContainer container, const Removal& removal) {
  const std::string& id = container.config.id;
  const bool tried_before = container.state.status == model::Status::kRemoving;
  mark_removing(engine, container, removal);
  StepContext context{engine, container.config, container.state};
  context.remove_anonymous_volumes = container.state.remove_volumes;
  if (const std::optional<Error> left = undo_all(context, removal.force && tried_before)) {
    // A runtime that is not there is not a container that is not there: callers ignore that.
    const Code code = left->code() == Code::kNotFound ? Code::kInternal : left->code();
    throw Error(code, "remove container " + id + ": " + left->what() +
                          "; rm --force drops it now, whatever is left");
  }
  announce(engine, container.config, "remove");
  container.lock.release_and_forget();
}

void remove_unfinished(engine::Engine& engine, const std::string& id) {
  std::optional<LockedContainer> container = lock_if_exists(engine, id);
  if (container && (container->state.status == model::Status::kCreating ||
                    container->state.status == model::Status::kRemoving)) {
    remove_locked(engine, std::move(*container), {});
  }
}

}  // namespace gantry::lifecycle
