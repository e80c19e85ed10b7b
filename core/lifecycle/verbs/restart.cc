// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/restart.h"

#include <cstdlib>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/start.h"

namespace gantry::lifecycle {

void restart(engine::Engine& engine, const std::string& name_or_id,
             const StopOptions& options) {
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kRestart, name_or_id);
  const std::string id = container.config.id;
  const model::ContainerConfig config = container.config;
  if (container.state.status == Status::kRunning) {
    container.state.stopped_by_user = true;  // keeps --rm and restart policies out of it
    save_state(engine, container);
    const unsigned patience = options.timeout_s.value_or(container.config.process.stop_timeout);
    const int signal = std::atoi(container.config.process.stop_signal.c_str());
    std::optional<LockedContainer> ended =
        end_process(engine, std::move(container), patience == 0 ? 9 : signal,
                    std::chrono::seconds(patience));
    if (!ended) {
      throw Error(
          Code::kNotFound,
          "container " + name_or_id + " was removed when it stopped: it was created with --rm");
    }
    deactivate(engine, *ended);
    ended->lock.release();
  } else {
    container.lock.release();
  }
  start(engine, id);
  announce(engine, config, "restart");
}

}  // namespace gantry::lifecycle
