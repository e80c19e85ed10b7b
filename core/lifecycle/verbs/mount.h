// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Mounts the container's root file system on the host for the user, who may do so several
// times; answers where. It stays when the container ends, until as many unmounts or rm.
std::filesystem::path mount(engine::Engine& engine, const std::string& name_or_id);

// Takes one of the user's mounts back, with force all of them. Refused (kInvalid) when only
// the container itself has it mounted. False: it was not mounted.
bool unmount(engine::Engine& engine, const std::string& name_or_id, bool force);

struct Mounted {
  std::string id;
  std::string name;
  std::filesystem::path path;
  bool by_user = false;  // else by the container alone
};
// Everything mounted now. Takes no lock.
[[nodiscard]] std::vector<Mounted> mounted(engine::Engine& engine);

}  // namespace gantry::lifecycle
