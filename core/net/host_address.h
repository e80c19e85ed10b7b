// SPDX-License-Identifier: Apache-2.0
//
// The host's own address. [thread-safe]
#pragma once

#include <string>

namespace gantry::net {

// Of the interfaces of this network namespace: the first IPv4 address that is not a loopback
// one, else the last such IPv6 address, as podman chooses; empty when there is none.
[[nodiscard]] std::string local_address();

}  // namespace gantry::net
