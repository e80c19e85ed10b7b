// SPDX-License-Identifier: Apache-2.0
//
// The file in which conmon leaves a container's exit code, named by the id, and the empty
// file "oom" that it leaves in the bundle. Free functions without state.
#pragma once

#include <optional>
#include <string>

#include "core/ports/monitor.h"

namespace gantry::monitor {

[[nodiscard]] std::string exit_file_of(const ports::ExitSource& source);

// nullopt when the file is not there. The end is when the file was written. kCorrupt when it
// holds no number.
[[nodiscard]] std::optional<ports::ExitRecord> read_exit(const ports::ExitSource& source);

// Removes exit file and OOM mark; gone counts as done.
void clear_exit(const ports::ExitSource& source);

}  // namespace gantry::monitor
