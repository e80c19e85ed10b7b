// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/engine/engine.h"
#include "core/lifecycle/create_request.h"

namespace gantry::lifecycle {

struct RunOptions {
  bool detach = false;
  ports::AttachRequest streams = {};  // foreground; socket_dir is filled in
  std::function<void(const std::string& id)> created = nullptr;     // cidfile and the like
  std::function<void(const std::string& line)> progress = nullptr;  // of a pull
};

// What a client ends with whose output nobody reads any more, as any program would. The
// container or the command goes on, like one that was detached from.
inline constexpr int kOutputClosedExit = 128 + 13;  // SIGPIPE

struct RunResult {
  std::string id;
  int exit_code = 0;      // foreground: the container's
  bool detached = false;  // -d, or the detach keys were typed
};

// Create, start and, in the foreground, attach, wait, clean up and under --rm remove, all in
// this process. A container that could not be started stays, unless --rm.
RunResult run(engine::Engine& engine, const CreateRequest& request, const RunOptions& options);

// Starts a container and stays with it, as run does. One that runs already is attached to.
RunResult start_attached(engine::Engine& engine, const std::string& name_or_id,
                         const ports::AttachRequest& streams);

}  // namespace gantry::lifecycle
