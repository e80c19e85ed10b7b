// SPDX-License-Identifier: Apache-2.0
//
// The options of driver local, read once and for all their meanings. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/model/id_mapping.h"

namespace gantry::volume {

struct LocalOptions {
  // What mount(8) shall mount as the volume; nothing given: the volume is a plain folder.
  std::string type = {};
  std::string device = {};
  std::string mount_options = {};
  std::optional<model::Owner> owner = {};  // o=uid=,gid= of a plain folder
  bool copy = true;                        // nocopy: never filled from an image

  [[nodiscard]] bool needs_mount() const { return !type.empty() || !device.empty(); }
};

// type=, device=, o=, copy and nocopy. kInvalid names an option that is unknown or has no
// meaning without a mount; kUnsupported a quota.
[[nodiscard]] LocalOptions read_local_options(const std::map<std::string, std::string>& given);

}  // namespace gantry::volume
