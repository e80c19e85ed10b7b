// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/kill.h"

#include <csignal>
#include <cstdlib>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

void kill(engine::Engine& engine, const std::string& name_or_id, int signal) {
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kKill, name_or_id);
  // Whoever sends one of these wants it to end: no policy shall start it again.
  if (signal == SIGKILL || signal == std::atoi(container.config.process.stop_signal.c_str())) {
    container.state.stopped_by_user = true;
    save_state(engine, container);
  }
  try {
    engine.backends.runtime(container.config.backends.runtime)
        .kill(container.config.id, signal, ports::KillScope::kFirst);
  } catch (const Error& e) {
    // The runtime itself may be what is not there.
    if (e.code() == Code::kNotFound && !engine.processes.alive(container.state.pid)) {
      throw Error(Code::kInvalid, "cannot kill container " + name_or_id +
                                      ": its process has already ended: container state "
                                      "improper");
    }
    throw e.while_doing("kill container " + name_or_id);
  }
  announce(engine, container.config, "kill", {{"signal", std::to_string(signal)}});
}

}  // namespace gantry::lifecycle
