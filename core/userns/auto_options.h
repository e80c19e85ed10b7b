// SPDX-License-Identifier: Apache-2.0
//
// Values: what may follow --userns=auto.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/model/id_mapping.h"

namespace gantry::userns {

struct AutoOptions {
  std::uint32_t size = 0;       // 0: as large as the image needs
  model::IdMapping fixed = {};  // what the mapping must hold besides
};

// "size=8192,uidmapping=0:1:1,gidmapping=…"; may be empty. kInvalid in podman's words.
[[nodiscard]] AutoOptions parse_auto_options(std::string_view text);

}  // namespace gantry::userns
