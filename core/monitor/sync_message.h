// SPDX-License-Identifier: Apache-2.0
//
// The lines that conmon writes to its sync and attach pipes: {"data": N, "message": "..."}.
// A pure value, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gantry::monitor {

struct SyncMessage {
  int data = 0;         // a pid, an exit code, or negative for a failure
  std::string message;  // what the runtime printed
};

// nullopt when the line is none of conmon's. Lenient where conmon is not quite JSON: control
// characters and bytes that are not UTF-8 in the message are kept as they are.
[[nodiscard]] std::optional<SyncMessage> parse_sync_message(std::string_view line);

}  // namespace gantry::monitor
