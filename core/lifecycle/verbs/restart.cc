// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/restart.h"

#include <csignal>
#include <cstdlib>

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

void restart(engine::Engine& engine, const std::string& name_or_id,
             const StopOptions& options) {
  engine.monitor.expect_launch();
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kRestart, name_or_id);
  const model::ContainerConfig config = container.config;
  if (container.state.status == Status::kRunning) {
    container.state.stopped_by_user = true;  // keeps restart policies out of it
    save_state(engine, container);
    const unsigned patience = options.timeout_s.value_or(container.config.process.stop_timeout);
    const int signal = std::atoi(container.config.process.stop_signal.c_str());
    std::optional<LockedContainer> ended =
        end_process(engine, std::move(container),
                    {.signal = patience == 0 ? SIGKILL : signal,
                     .patience = std::chrono::seconds(patience),
                     .keep_lock = config.auto_remove});
    if (!ended) {
      throw Error(Code::kNotFound, "container " + name_or_id +
                                       " was removed by another command when it stopped");
    }
    container = std::move(*ended);
    if (container.state.status == Status::kPaused) {
      return;  // started again, and paused, by other commands
    }
    if (container.state.status == Status::kStopped) {
      deactivate(engine, container);
    }
  }
  (void)start_locked(engine, container, {});
  announce(engine, config, "restart");
}

}  // namespace gantry::lifecycle
