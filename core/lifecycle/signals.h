// SPDX-License-Identifier: Apache-2.0
//
// Signals by name and number. Pure.
#pragma once

#include <string>

namespace gantry::lifecycle {

// "SIGTERM", "TERM", "term", "15", "SIGRTMIN+3"; kInvalid in podman's words otherwise.
[[nodiscard]] int parse_signal(const std::string& text);
// "SIGTERM"; the number as text when it has no name.
[[nodiscard]] std::string signal_name(int signal);

}  // namespace gantry::lifecycle
