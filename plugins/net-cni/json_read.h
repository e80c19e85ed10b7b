// SPDX-License-Identifier: Apache-2.0
//
// Members of documents that administrators and plug-ins write: what is of another type than
// it should be counts as absent. Pure.
#pragma once

#include <string>

#include "sdk/support/json.h"

namespace gantry::net_cni {

[[nodiscard]] inline std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

[[nodiscard]] inline bool flag_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && *found == Json(true);
}

[[nodiscard]] inline Json object_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

[[nodiscard]] inline Json list_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

}  // namespace gantry::net_cni
