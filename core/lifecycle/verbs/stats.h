// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/engine/engine.h"
#include "core/lifecycle/cgroup_usage.h"

namespace gantry::lifecycle {

struct ContainerStats {
  std::string id;
  std::string name;
  std::int64_t time_ns = 0;  // when it was read
  std::int64_t started_ns = 0;
  CgroupUsage usage;
  std::uint64_t received_bytes = 0;  // by the container's interfaces, loopback left out
  std::uint64_t sent_bytes = 0;
};

// What a running container uses now. Takes no lock. kInvalid when it does not run, or has
// no cgroup of its own.
[[nodiscard]] ContainerStats stats(engine::Engine& engine, const std::string& name_or_id);

}  // namespace gantry::lifecycle
