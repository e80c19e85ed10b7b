// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/activation.h"

#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/transaction.h"
#include "core/log/log.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

using model::Status;

namespace {

std::span<const Step> steps_of(const StepContext& context, ActivateTo goal) {
  // With a user namespace the runtime makes the network's namespace, with the processes.
  const bool network_first =
      context.restoration != nullptr && context.config.id_mapping.empty();
  return network_first ? restore_steps() : activate_steps(goal == ActivateTo::kRunning);
}

// What the last run left in the record.
void forget_last_run(model::ContainerState& state) {
  state.exit_code = 0;
  state.oom_killed = false;
  state.stopped_by_user = false;
  state.checkpointing = false;
  state.started_ns = 0;
  state.finished_ns = 0;
  state.checkpointed_ns = 0;
  state.restored_ns = 0;
  state.error.clear();
}

void drop_exec_sessions(engine::Engine& engine, const std::string& id) {
  const bool any = engine.store.read(
      [&](const store::Reader& reader) { return !reader.exec_sessions(id).empty(); });
  if (any) {
    engine.store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
      for (const model::ExecSession& session : writer.exec_sessions(id)) {
        writer.remove_exec(id, session.id);
      }
    });
  }
}

void save_as_asked(engine::Engine& engine, const LockedContainer& container,
                   const StartOptions& options) {
  if (!options.with_state) {
    save_state(engine, container);
    return;
  }
  engine.store.write(durability_of(container.config), [&](store::Writer& writer) {
    options.with_state(writer);
    writer.put_state(container.config.id, container.state);
  });
}

// What fails while a failure is dealt with does not take its place.
template <typename F>
void besides(F act) noexcept {
  try {
    act();
  } catch (const std::exception& e) {
    log::error(e.what());
  }
}

}  // namespace

void activate(engine::Engine& engine, LockedContainer& container, const StartOptions& options,
              ActivateTo goal) {
  if (container.state.status == Status::kStopped) {
    deactivate(engine, container);
  }
  const Status before = container.state.status;
  StepContext context{engine, container.config, container.state};
  context.foreground = options.foreground;
  context.before_start = options.before_start;
  context.restoration = options.restoration;
  const Journal journal(engine.layout.journal(container.config.id));
  try {
    if (before == Status::kCreated) {
      // From here on the record does not count on it: whoever finds it so undoes all of it.
      container.state.status = Status::kConfigured;
      save_state(engine, container);
      try {
        play(start_steps(), context, journal);
      } catch (...) {
        besides([&] { deactivate(engine, container); });
        throw;
      }
    } else {
      if (container.state.started_ns != 0) {
        drop_exec_sessions(engine, container.config.id);
      }
      const model::ContainerState last = container.state;
      forget_last_run(container.state);
      try {
        play(steps_of(context, goal), context, journal);
      } catch (...) {
        container.state = last;
        throw;
      }
    }
  } catch (const std::exception& e) {
    const Uncancelled shield;
    container.state.error = e.what();
    besides([&] { save_state(engine, container); });
    throw;
  }
  save_as_asked(engine, container, options);
}

}  // namespace gantry::lifecycle
