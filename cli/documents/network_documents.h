// SPDX-License-Identifier: Apache-2.0
//
// Networks as templates of network ls and inspect see them. Pure.
#pragma once

#include "sdk/support/json.h"

namespace gantry::cli {

// network: podman's network object, whose members are in small letters; templates know them
// by the names of its Go fields.
[[nodiscard]] OrderedJson network_row(const Json& network, bool truncate);

// The same members in podman's order.
[[nodiscard]] OrderedJson network_json(const Json& network);

}  // namespace gantry::cli
