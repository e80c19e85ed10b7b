// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct ExecRequest {
  std::vector<std::string> argv;
  std::vector<std::string> env;  // "NAME=value"
  std::string workdir;
  std::string user;
  bool terminal = false;
  bool stdin_open = false;
  bool privileged = false;
  bool detach = false;
  unsigned preserve_fds = 0;
  std::function<void(const ports::Started&)> started = nullptr;  // told once it runs
};

// Runs a command inside a running container. Attached: pumps the streams and answers the
// command's exit code. Detached: answers 0 at once; session gets the id.
int exec(engine::Engine& engine, const std::string& name_or_id, const ExecRequest& request,
         const ports::AttachRequest& streams, std::string* ret_session = nullptr);

// Drops the record and the folder of a session that has ended; gone counts as done.
void forget_exec(engine::Engine& engine, const std::string& container,
                 const std::string& session) noexcept;

}  // namespace gantry::lifecycle
