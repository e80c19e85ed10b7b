// SPDX-License-Identifier: Apache-2.0
//
// Values: what is known of a secret. Its data is with its driver alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/model/json_fields.h"

namespace gantry::model {

struct Secret {
  std::string id;
  std::string name;
  std::string driver = "file";
  std::map<std::string, std::string> driver_options;
  std::map<std::string, std::string> labels;
  std::int64_t created_ns = 0;
  std::int64_t updated_ns = 0;
};
GANTRY_DECLARE_JSON(Secret)

}  // namespace gantry::model
