// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/model/container_config.h"
#include "core/model/ids.h"
#include "core/ports/network.h"

namespace gantry::lifecycle {

// Held shared while a network is set up and exclusively while leftovers are collected, which
// would else take what was set up meanwhile for a leftover.
inline constexpr const char* kAttachmentsLock = "attachments";

// What setup and teardown are asked, from the container's records alone.
[[nodiscard]] inline ports::NetworkRequest network_request(const model::ContainerConfig& config,
                                                           const std::string& netns_path) {
  ports::NetworkRequest request{config.id, config.name, netns_path, config.network.attachments,
                                config.network.ports};
  for (model::NetworkAttachment& attachment : request.attachments) {
    attachment.aliases.push_back(model::short_id(config.id));
  }
  return request;
}

}  // namespace gantry::lifecycle
