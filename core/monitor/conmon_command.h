// SPDX-License-Identifier: Apache-2.0
//
// conmon's command lines, built from requests. Pure, but for looking up the runtime's
// program.
#pragma once

#include <string>
#include <vector>

#include "core/ports/monitor.h"

namespace gantry::monitor {

// The programs a monitor is made of.
struct Programs {
  std::string conmon = "conmon";
  std::string hide = "gantry-hide";  // runs a runtime with mounts hidden from it
};

[[nodiscard]] std::string pid_file_of(const ports::LaunchRequest& request);
[[nodiscard]] std::string pid_file_of(const ports::ExecRequest& request);

// kNotFound when the runtime's program, or gantry-hide where it is needed, is missing;
// kInvalid for a log that conmon cannot write.
[[nodiscard]] std::vector<std::string> launch_argv(const Programs& programs,
                                                   const ports::LaunchRequest& request);
[[nodiscard]] std::vector<std::string> exec_argv(const Programs& programs,
                                                 const ports::ExecRequest& request);

}  // namespace gantry::monitor
