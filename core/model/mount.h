// SPDX-License-Identifier: Apache-2.0
//
// Values: what is mounted into a container, as -v, --mount, --tmpfs and images ask for it.
#pragma once

#include <string>
#include <vector>

#include "core/model/json_fields.h"

namespace gantry::model {

enum class MountKind { kBind, kVolume, kTmpfs, kImage, kDevpts };
GANTRY_DECLARE_JSON(MountKind)

struct Mount {
  MountKind kind = MountKind::kBind;
  std::string source;       // bind: host path; volume: its name (filled at create); image: ref
  std::string image_id;     // of an image: what the name meant at create
  std::string destination;  // absolute, clean
  std::vector<std::string> options;  // as given: ro, rw, z, nosuid, size=…, rprivate …
  std::string sub_path;
  bool anonymous = false;  // volume made for this container alone: dies with it
  bool no_copy = false;    // volume: no copy-up
  bool chown = false;      // option U
  bool overlay = false;    // option O: the source stays as it is, changes go with the run
  std::string upper_dir;   // O: keep them in these folders instead
  std::string work_dir;
  friend bool operator==(const Mount&, const Mount&) = default;
};
GANTRY_DECLARE_JSON(Mount)

// The one form of a path in a container that something is mounted on: absolute, without ".",
// ".." and a slash at the end. kInvalid for what nothing can be mounted on.
[[nodiscard]] std::string clean_destination(const std::string& path);

}  // namespace gantry::model
