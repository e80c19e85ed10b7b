// SPDX-License-Identifier: Apache-2.0
//
// Reads what a plug-in says of itself from its ELF note (<gantry/abi/plugin.h>), without
// loading it: no code of the file runs, and nothing in it is trusted. Any thread.
#pragma once

#include <filesystem>

#include "core/host/kinds.h"

namespace gantry::host {

// kInvalid when the file is not a shared object for this machine or holds no such note,
// kCorrupt when the note is malformed; the message names the file.
[[nodiscard]] PluginFacts read_note(const std::filesystem::path& file);

}  // namespace gantry::host
