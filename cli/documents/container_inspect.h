// SPDX-License-Identifier: Apache-2.0
//
// A container as inspect shows it, in podman's shape. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/documents/container_row.h"
#include "core/layout/layout.h"
#include "core/lifecycle/verbs/list.h"
#include "core/spec/host_facts.h"

namespace gantry::cli {

struct InspectFacts {
  layout::Layout layout;
  spec::HostFacts host;
  std::string image_digest;
  std::vector<std::string> exec_ids;
  std::optional<ContainerSize> size;
};

[[nodiscard]] OrderedJson container_inspect(const lifecycle::Inspected& container,
                                            const InspectFacts& facts);

// As JSON prints it: without the members that podman leaves out when they are empty.
[[nodiscard]] OrderedJson container_without_empties(OrderedJson view);

// The parts, one file each.
[[nodiscard]] OrderedJson inspect_state(const lifecycle::Inspected& container);
[[nodiscard]] OrderedJson inspect_config(const model::ContainerConfig& config);
[[nodiscard]] OrderedJson inspect_host_config(const model::ContainerConfig& config,
                                              const InspectFacts& facts);
[[nodiscard]] OrderedJson inspect_mounts(const model::ContainerConfig& config,
                                         const layout::Layout& layout);
[[nodiscard]] OrderedJson inspect_network(const lifecycle::Inspected& container);

}  // namespace gantry::cli
