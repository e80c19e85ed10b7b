// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/volume_documents.h"

#include <sys/stat.h>

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
  json["Anonymous"] = volume.anonymous;
  struct stat info {};
  const bool there = ::stat(mount_point.c_str(), &info) == 0;
  json["UID"] = there ? info.st_uid : 0;
  json["GID"] = there ? info.st_gid : 0;
  json["MountCount"] = users;
  // Owner and content are those of the first container's folder, until then nobody's.
  json["NeedsCopyUp"] = volume.needs_copy_up;
  json["NeedsChown"] = volume.needs_copy_up;
  return json;
}

OrderedJson volume_without_empties(OrderedJson view) {
  for (const char* member : {"Anonymous", "UID", "GID", "NeedsCopyUp", "NeedsChown"}) {
    const OrderedJson& value = view[member];
    if (value == false || value == 0) {
      view.erase(member);
    }
  }
  return view;
}

}  // namespace gantry::cli
