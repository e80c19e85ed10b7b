// SPDX-License-Identifier: Apache-2.0
//
// Values: one command run inside a running container.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/json_fields.h"

namespace gantry::model {

struct ExecSession {
  std::string id;
  std::string container_id;
  std::vector<std::string> argv;
  std::vector<std::string> env;  // "NAME=value", on top of the container's
  std::string workdir;           // empty: the container's
  std::string user;              // empty: the container's
  bool terminal = false;
  bool stdin_open = false;
  bool privileged = false;
  bool running = false;
  int pid = 0;
  int monitor_pid = 0;
  int client_pid = 0;  // of whoever began it, and forgets it at its end
  int exit_code = 0;
  std::int64_t created_ns = 0;
};
GANTRY_DECLARE_JSON(ExecSession)

}  // namespace gantry::model
