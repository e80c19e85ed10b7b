// SPDX-License-Identifier: Apache-2.0
//
// Values: a volume.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/model/json_fields.h"

namespace gantry::model {

struct Volume {
  std::string name;
  std::string driver = "local";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> options;  // local: type, device, o, copy, nocopy
  std::int64_t created_ns = 0;
  bool anonymous = false;
  bool needs_copy_up = true;  // nothing was copied into it yet
  bool needs_owner = false;   // its folder becomes that of its first container's user
};
GANTRY_DECLARE_JSON(Volume)

}  // namespace gantry::model
