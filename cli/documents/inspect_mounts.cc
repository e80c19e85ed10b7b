// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/documents/container_inspect.h"
#include "core/spec/mount_options.h"

namespace gantry::cli {
namespace {

bool has(const std::vector<std::string>& options, const char* word) {
  return std::find(options.begin(), options.end(), word) != options.end();
}

std::string propagation_of(const std::vector<std::string>& options) {
  const auto found = std::find_if(options.begin(), options.end(), spec::is_propagation);
  return found == options.end() ? "rprivate" : *found;
}

OrderedJson options_of(const model::Mount& mount) {
  OrderedJson options = OrderedJson::array();
  for (const std::string& option : spec::runtime_options(spec::described(mount))) {
    const bool told_elsewhere =
        option == "ro" || option == "rw" || spec::is_propagation(option);
    if (!told_elsewhere) {
      options.push_back(option);
    }
  }
  return options;
}

}  // namespace

OrderedJson inspect_mounts(const model::ContainerConfig& config, const layout::Layout& layout) {
  OrderedJson mounts = OrderedJson::array();
  for (const model::Mount& mount : config.mounts) {
    const bool volume = mount.kind == model::MountKind::kVolume;
    if (!volume && mount.kind != model::MountKind::kBind) {
      continue;  // tmpfs stands in HostConfig
    }
    OrderedJson json{{"Type", volume ? "volume" : "bind"}};
    if (volume) {
      json["Name"] = mount.source;
    }
    json["Source"] =
        volume ? (layout.volumes() / mount.source / "_data").string() : mount.source;
    json["Destination"] = mount.destination;
    json["Driver"] = volume ? "local" : "";
    json["Mode"] = "";
    json["Options"] = options_of(mount);
    json["RW"] = !has(mount.options, "ro");
    json["Propagation"] = propagation_of(mount.options);
    mounts.push_back(std::move(json));
  }
  return mounts;
}

}  // namespace gantry::cli
