// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/volume_documents.h"

#include "cli/human.h"

namespace gantry::cli {

OrderedJson volume_json(const model::Volume& volume, const std::filesystem::path& mount_point,
                        std::size_t users) {
  OrderedJson json{{"Name", volume.name},
                   {"Driver", volume.driver},
                   {"Mountpoint", mount_point.string()},
                   {"CreatedAt", rfc3339_nano(volume.created_ns)},
                   {"Labels", OrderedJson::object()},
                   {"Scope", "local"},
                   {"Options", OrderedJson::object()}};
  json["Labels"].update(OrderedJson(volume.labels));
  json["Options"].update(OrderedJson(volume.options));
  if (volume.anonymous) {
    json["Anonymous"] = true;
  }
  json["MountCount"] = users;
  json["NeedsCopyUp"] = volume.needs_copy_up;
  return json;
}

}  // namespace gantry::cli
