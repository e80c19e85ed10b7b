// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/activation.h"

#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/transaction.h"

namespace gantry::lifecycle {

using model::Status;

namespace {

// What the last run left in the record.
void forget_last_run(model::ContainerState& state) {
  state.exit_code = 0;
  state.oom_killed = false;
  state.stopped_by_user = false;
  state.started_ns = 0;
  state.finished_ns = 0;
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
  const Journal journal(engine.layout.journal(container.config.id));
  try {
    if (before == Status::kCreated) {
      try {
        play(start_steps(), context, journal);
      } catch (...) {
        deactivate(engine, container);
        throw;
      }
    } else {
      if (container.state.started_ns != 0) {
        drop_exec_sessions(engine, container.config.id);
      }
      const model::ContainerState last = container.state;
      forget_last_run(container.state);
      try {
        play(activate_steps(goal == ActivateTo::kRunning), context, journal);
      } catch (...) {
        container.state = last;
        throw;
      }
    }
  } catch (const std::exception& e) {
    container.state.error = e.what();
    save_state(engine, container);
    throw;
  }
  save_state(engine, container);
}

void start_dependencies(engine::Engine& engine, const model::ContainerConfig& config) {
  for (const std::string& other : config.depends_on) {
    try {
      start(engine, other);
    } catch (const Error& e) {
      throw e.while_doing("start container " + other + ", which " + config.name +
                          " depends on");
    }
  }
}

}  // namespace gantry::lifecycle
