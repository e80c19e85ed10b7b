// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/start.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/transaction.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

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

void activate(engine::Engine& engine, LockedContainer& container, const StartOptions& options,
              bool start_process) {
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
        play({&kStartProcess, 1}, context, journal);
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
        play(activate_steps(start_process), context, journal);
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

void start_what_it_needs(engine::Engine& engine, const std::string& name_or_id) {
  const Inspected self = inspect(engine, name_or_id);
  for (const std::string& other : self.config.depends_on) {
    StartOptions options;
    options.start_dependencies = true;
    try {
      start(engine, other, options);
    } catch (const Error& e) {
      throw e.while_doing("start container " + other + ", which " + self.config.name +
                          " depends on");
    }
  }
}

}  // namespace

void start(engine::Engine& engine, const std::string& name_or_id, const StartOptions& options) {
  LockedContainer container = lock_container(engine, name_or_id);
  if (!container.config.depends_on.empty() && options.start_dependencies) {
    // Their locks are not taken under ours.
    container.lock.release();
    start_what_it_needs(engine, name_or_id);
    container = lock_container(engine, name_or_id);
  }
  if (!permits(container.state.status, Verb::kStart, name_or_id)) {
    return;
  }
  const bool was_created = container.state.status == Status::kCreated;
  activate(engine, container, options, true);
  if (!was_created) {
    announce(engine, container.config, "init");
  }
  announce(engine, container.config, "start");
}

void init(engine::Engine& engine, const std::string& name_or_id) {
  LockedContainer container = lock_container(engine, name_or_id);
  if (!permits(container.state.status, Verb::kInit, name_or_id)) {
    return;
  }
  activate(engine, container, {}, false);
  announce(engine, container.config, "init");
}

}  // namespace gantry::lifecycle
