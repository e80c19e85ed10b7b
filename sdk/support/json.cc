// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/json.h"

namespace gantry {

Json parse_json(std::string_view text, const std::string& what) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, what + " is not valid JSON: " + e.what());
  }
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gantry
