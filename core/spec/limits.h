// SPDX-License-Identifier: Apache-2.0
//
// What limits come to once defaults and this host's bounds are counted in, for inspect. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/model/container_config.h"
#include "core/spec/host_facts.h"

namespace gantry::spec {

// Those asked for and podman's defaults for the rest; no more than the host allows.
[[nodiscard]] std::vector<model::Ulimit> effective_ulimits(const model::ContainerConfig& config,
                                                           const HostFacts& host);

// --cpus is a quota in the kernel's default period.
[[nodiscard]] std::pair<std::optional<std::uint64_t>, std::optional<std::int64_t>>
cpu_period_and_quota(const model::Resources& resources);

}  // namespace gantry::spec
