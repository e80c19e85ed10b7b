// SPDX-License-Identifier: Apache-2.0
//
// Exec sessions after their beginning, which exec() is: for who holds a session's id. None of
// these takes the container's lock.
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// The session as it is now: running only while its process lives. session: its id, or a unique
// start of it. kNotFound in podman's words.
[[nodiscard]] model::ExecSession inspect_exec(engine::Engine& engine,
                                              const std::string& name_or_id,
                                              const std::string& session);
// Of one container, running ones and those that nobody has forgotten yet; oldest first.
[[nodiscard]] std::vector<model::ExecSession> list_execs(engine::Engine& engine,
                                                         const std::string& name_or_id);

// Ends it: the container's stop signal and its time (or timeout_s), then SIGKILL; then forgets
// it. One that has ended already is only forgotten.
void stop_exec(engine::Engine& engine, const std::string& name_or_id,
               const std::string& session, std::optional<unsigned> timeout_s = {});

// The size of its terminal. kInvalid when it has none, or has ended.
void resize_exec(engine::Engine& engine, const std::string& name_or_id,
                 const std::string& session, unsigned rows, unsigned columns);

}  // namespace gantry::lifecycle
