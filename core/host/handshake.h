// SPDX-License-Identifier: Apache-2.0
//
// What has to hold before a plug-in is used: first of the file alone, then of the loaded
// descriptor. Each refusal names the file, what is wrong with it and what to do. Any thread.
#pragma once

#include <gantry/abi/plugin.h>

#include <filesystem>

#include "core/host/kinds.h"

namespace gantry::host {

// Without loading: trusted, an ELF note, a name that agrees with it, versions that match.
struct CheckedFile {
  std::filesystem::path real_path;
  PluginFacts facts;
};
[[nodiscard]] CheckedFile check_file(const std::filesystem::path& file);

// The answer of a loaded plug-in's entry. Returns the descriptor as this host knows it: what
// an older plug-in's lacks is null, what a newer one's adds is left out.
[[nodiscard]] gantry_plugin check_descriptor(const gantry_plugin* descriptor,
                                             const PluginFacts& note,
                                             const std::filesystem::path& file);

}  // namespace gantry::host
