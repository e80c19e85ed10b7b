// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct Restoration;

struct StartOptions {
  // Called when the container exists in the runtime and its attach socket is there, before
  // the user's process starts: attach here and no output is lost.
  std::function<void()> before_start;
  // --rm in the foreground: this process cleans up, the monitor's exit command is a net.
  bool foreground = false;
  // What it depends on: started first, or left to whoever calls.
  bool start_dependencies = true;
  bool by_policy = false;                    // the restart policy starts it: its count goes on
  const Restoration* restoration = nullptr;  // its processes go on from the checkpoint
  // Written to the disk in the transaction that says it runs.
  std::function<void(store::Writer&)> with_state = nullptr;
};

// Activates the container and starts its process. Already running: nothing to do. When it
// throws, everything activated was undone and the container can be started again; a program
// that is not there gives kNotFound, one that cannot be executed kPermission.
void start(engine::Engine& engine, const std::string& name_or_id,
           const StartOptions& options = {});

// As start, but stops before the user's process: state created. kInvalid names what it
// depends on and does not run.
void init(engine::Engine& engine, const std::string& name_or_id);

}  // namespace gantry::lifecycle
