// SPDX-License-Identifier: Apache-2.0
#include "core/model/container_state.h"

namespace gantry::model {

std::string_view name_of(Status status) {
  switch (status) {
    case Status::kUnknown:
      return "unknown";
    case Status::kCreating:
      return "creating";
    case Status::kConfigured:
      return "configured";
    case Status::kCreated:
      return "created";
    case Status::kRunning:
      return "running";
    case Status::kPaused:
      return "paused";
    case Status::kStopped:
      return "stopped";
    case Status::kExited:
      return "exited";
    case Status::kRemoving:
      return "removing";
  }
  return "unknown";
}

ContainerBrief brief_of(const ContainerConfig& config) {
  ContainerBrief brief;
  brief.id = config.id;
  brief.name = config.name;
  brief.image_id = config.image_id;
  brief.image_name = config.image_name;
  brief.argv = config.process.argv();
  brief.created_ns = config.created_ns;
  brief.labels = config.labels;
  brief.ports = config.network.ports;
  for (const NetworkAttachment& attachment : config.network.attachments) {
    brief.networks.push_back(attachment.network);
  }
  for (const Mount& mount : config.mounts) {
    brief.mounts.push_back(mount.destination);
    if (mount.kind == MountKind::kImage) {
      brief.mounted_images.push_back(mount.image_id);
    }
  }
  brief.depends_on = config.depends_on;
  brief.auto_remove = config.auto_remove;
  brief.health = !config.health.test.empty();
  brief.id_mapping = config.id_mapping;
  return brief;
}

}  // namespace gantry::model
