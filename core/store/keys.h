// SPDX-License-Identifier: Apache-2.0
//
// The key space of gantry's store, whole. Values are JSON unless said otherwise.
//
//   meta/schema                 schema version, a number
//   meta/id                     a random id, as text: which store this is
//   c/config/<id>               model::ContainerConfig
//   c/state/<id>                model::ContainerState
//   c/brief/<id>                model::ContainerBrief: what ps needs
//   c/name/<name>               container id, as text: a name is taken while this exists
//   x/<container id>/<exec id>  model::ExecSession
//   i/record/<image id>         model::Image
//   i/name/<reference>          image id, as text
//   v/record/<name>             model::Volume
//   v/use/<name>/<container id> empty: this container uses the volume
//   s/record/<id>               model::Secret
#pragma once

#include <string>
#include <string_view>

namespace gantry::store {

inline constexpr int kSchemaVersion = 1;
inline constexpr std::string_view kSchemaKey = "meta/schema";
inline constexpr std::string_view kIdKey = "meta/id";
inline constexpr std::string_view kContainerConfig = "c/config/";
inline constexpr std::string_view kContainerState = "c/state/";
inline constexpr std::string_view kContainerBrief = "c/brief/";
inline constexpr std::string_view kContainerName = "c/name/";
inline constexpr std::string_view kExec = "x/";
inline constexpr std::string_view kImageRecord = "i/record/";
inline constexpr std::string_view kImageName = "i/name/";
inline constexpr std::string_view kVolumeRecord = "v/record/";
inline constexpr std::string_view kVolumeUse = "v/use/";
inline constexpr std::string_view kSecretRecord = "s/record/";

[[nodiscard]] inline std::string key(std::string_view prefix, std::string_view name) {
  return std::string(prefix).append(name);
}

// The first key after all that start with prefix.
[[nodiscard]] inline std::string end_of(std::string_view prefix) {
  std::string end(prefix);
  ++end.back();
  return end;
}

}  // namespace gantry::store
