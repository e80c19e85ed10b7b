// SPDX-License-Identifier: Apache-2.0
//
// A command run inside a container under its own conmon. Owned by the caller; one thread at
// a time.
#pragma once

#include <chrono>

#include "core/monitor/conmon_command.h"
#include "core/monitor/process.h"
#include "core/ports/monitor.h"

namespace gantry::monitor {

class ConmonExec : public ports::Exec {
 public:
  ConmonExec(const Programs& programs, const ports::ExecRequest& request);
  ports::Started start(std::chrono::milliseconds timeout) override;
  int wait() override;

 private:
  std::string session_dir_;
  std::string container_id_;
  Process process_;
};

}  // namespace gantry::monitor
