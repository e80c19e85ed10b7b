// SPDX-License-Identifier: Apache-2.0
//
// The small files that gantry makes for each activation and binds into the container:
// hosts, hostname, resolv.conf, .containerenv.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/lifecycle/step.h"

namespace gantry::lifecycle {

// Writes them with what is known before the network is set up.
void write_container_files(const StepContext& context);

// Writes the addresses and name servers that the network answered with into hosts and
// resolv.conf; in place, because the container's mounts hold the files themselves.
void update_network_files(const StepContext& context);

// Destination in the container -> host path, /dev/shm included.
[[nodiscard]] std::map<std::string, std::string> container_files(const StepContext& context);

}  // namespace gantry::lifecycle
