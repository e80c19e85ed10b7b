// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/pause.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

namespace {

void change(engine::Engine& engine, const std::string& name_or_id, Verb verb) {
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, verb, name_or_id);
  if (container.config.cgroups == "disabled") {
    throw Error(Code::kInvalid, "cannot " + std::string(name_of(verb)) + " container " +
                                    name_or_id +
                                    " without using cgroups: create it without "
                                    "--cgroups=disabled: container state improper");
  }
  ports::Runtime& runtime = engine.backends.runtime(container.config.backends.runtime);
  begin_freezing(engine, container);
  if (verb == Verb::kPause) {
    runtime.pause(container.config.id);
  } else {
    runtime.resume(container.config.id);
  }
  container.state.status = rule(container.state.status, verb).next;
  container.state.freezing = false;
  save_state(engine, container);
  announce(engine, container.config, name_of(verb));
}

}  // namespace

void pause(engine::Engine& engine, const std::string& name_or_id) {
  change(engine, name_or_id, Verb::kPause);
}

void unpause(engine::Engine& engine, const std::string& name_or_id) {
  change(engine, name_or_id, Verb::kUnpause);
}

}  // namespace gantry::lifecycle
