// SPDX-License-Identifier: Apache-2.0
#include "core/net/network_option.h"

#include <arpa/inet.h>

#include <ostream>

#include "cli/create/create_request.h"
#include "cli/values.h"
#include "core/net/port_spec.h"

namespace gantry::cli {
namespace {

bool is_address(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// NAME:ADDRESS, where the address may be an IPv6 one or host-gateway.
std::string checked_host(const std::string& entry) {
  const auto pair = cut(entry, ':');
  if (!pair || pair->first.empty()) {
    throw Error(Code::kInvalid,
                "bad format for add-host: \"" + entry + "\": the form is host:ip");
  }
  if (pair->second != "host-gateway" && !is_address(pair->second)) {
    throw Error(Code::kInvalid, "invalid IP address in add-host: \"" + pair->second + "\"");
  }
  return entry;
}

}  // namespace

void read_network(const Options& options, const HostFacts& host,
                  lifecycle::CreateRequest& request) {
  model::NetworkConfig& network = request.config.network;
  net::NetworkChoice choice =
      net::join_networks(options.list("network"),
                         {options.text("ip"), options.text("ip6"), options.text("mac-address"),
                          options.list("network-alias")},
                         host.default_network);
  network.mode = choice.mode;
  network.mode_value = std::move(choice.mode_value);
  network.attachments = std::move(choice.attachments);
  for (const std::string& port : options.list("publish")) {
    for (model::PortMapping& mapping : net::parse_port(port)) {
      network.ports.push_back(std::move(mapping));
    }
  }
  network.ports = net::merge_ports(network.ports);
  for (const std::string& port : options.list("expose")) {
    for (std::string& text : net::exposed_to_text(net::parse_exposed(port))) {
      network.exposed.push_back(std::move(text));
    }
  }
  request.publish_all = options.flag("publish-all");
  for (const std::string& server : options.list("dns")) {
    if (server != "none" && !is_address(server)) {
      throw Error(Code::kInvalid, server + " is not an ip address");
    }
    network.dns_servers.push_back(server);
  }
  network.dns_options = options.list("dns-option");
  network.dns_search = options.list("dns-search");
  network.manage_hosts = !options.flag("no-hosts");
  for (const std::string& entry : options.list("add-host")) {
    network.extra_hosts.push_back(checked_host(entry));
  }
  if (!network.manage_hosts && !network.extra_hosts.empty()) {
    throw Error(Code::kInvalid, "--no-hosts and --add-host cannot be set together");
  }
}

void settle_ports(std::ostream& err, lifecycle::CreateRequest& request) {
  model::NetworkConfig& network = request.config.network;
  const bool own =
      network.mode == model::NetworkMode::kBridge || network.mode == model::NetworkMode::kPath;
  if (own || network.ports.empty()) {
    return;
  }
  network.ports.clear();
  err << "Port mappings have been discarded as one of the Host, Container, Pod, and None "
         "network modes are in use\n";
}

}  // namespace gantry::cli
