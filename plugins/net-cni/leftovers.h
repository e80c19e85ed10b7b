// SPDX-License-Identifier: Apache-2.0
//
// Rules that CNI plug-ins made for one container, found by the comment that bears its id.
#pragma once

#include <optional>

#include "plugins/net-cni/record.h"
#include "plugins/net-cni/result.h"

namespace gantry::net_cni {

// The host's end of the container's link, if the record has a result that tells.
[[nodiscard]] std::optional<Link> host_link(const Record& record);

// Deletes the host's end of the link, and the masquerading rules that name network and
// container in their comment (the bridge plug-in removes them only when it finds the
// addresses inside the namespace). None left counts as done.
void remove_leftovers(const Record& record);

// kNotFound when ports are published and no rule of the portmap plug-in stands for them.
void require_port_rules(const Record& record);

}  // namespace gantry::net_cni
