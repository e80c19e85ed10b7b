// SPDX-License-Identifier: Apache-2.0
//
// --network and what belongs to it, as people write them. Pure; failures are kInvalid in
// podman's words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/network.h"

namespace gantry::net {

struct NetworkChoice {
  model::NetworkMode mode = model::NetworkMode::kBridge;
  std::string mode_value;  // container: what the user typed; ns: a path
  // Of kBridge. An empty network name stands for the default network; interface names are
  // given out by join_networks.
  std::vector<model::NetworkAttachment> attachments;
};

// One value: bridge[:OPTION,...], none, host, private, container:NAME, ns:PATH, or
// NAME[:OPTION,...][,NAME...]; options are ip= ip6= mac= alias= interface_name=.
[[nodiscard]] NetworkChoice parse_network_option(std::string_view text);

// --ip, --ip6, --mac-address, --network-alias.
struct StaticOptions {
  std::string ip;
  std::string ip6;
  std::string mac;
  std::vector<std::string> aliases;
};

// All --network values of a command (none given: the default network) and the options above,
// put together; interfaces are named eth0, eth1 and so on.
[[nodiscard]] NetworkChoice join_networks(const std::vector<std::string>& values,
                                          const StaticOptions& options,
                                          const std::string& default_network);

// Six pairs of hex digits; answered in lower case with colons.
[[nodiscard]] std::string parse_mac(const std::string& text);

}  // namespace gantry::net
