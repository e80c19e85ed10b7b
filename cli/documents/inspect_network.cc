// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/container_inspect.h"
#include "cli/values.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

struct Addresses {
  std::string ip, gateway, ip6, gateway6, mac;
  int length = 0;
  int length6 = 0;
};

void add_subnet(const Json& subnet, Addresses& into) {
  const auto pair = cut(subnet.value("ipnet", ""), '/');
  if (!pair) {
    return;
  }
  const int length = static_cast<int>(parse_int(pair->second).value_or(0));
  const bool v6 = pair->first.find(':') != std::string::npos;
  (v6 ? into.ip6 : into.ip) = pair->first;
  (v6 ? into.length6 : into.length) = length;
  (v6 ? into.gateway6 : into.gateway) = subnet.value("gateway", "");
}

Addresses addresses_of(const Json& status) {
  Addresses addresses;
  if (!status.is_object() || !status.contains("interfaces")) {
    return addresses;
  }
  for (const auto& [name, interface] : status["interfaces"].items()) {
    addresses.mac = interface.value("mac_address", "");
    for (const Json& subnet : interface.value("subnets", Json::array())) {
      add_subnet(subnet, addresses);
    }
  }
  return addresses;
}

void add_addresses(const Addresses& addresses, OrderedJson& json) {
  json["EndpointID"] = "";
  json["Gateway"] = addresses.gateway;
  json["IPAddress"] = addresses.ip;
  json["IPPrefixLen"] = addresses.length;
  json["IPv6Gateway"] = addresses.gateway6;
  json["GlobalIPv6Address"] = addresses.ip6;
  json["GlobalIPv6PrefixLen"] = addresses.length6;
  json["MacAddress"] = addresses.mac;
}

OrderedJson ports_of(const model::NetworkConfig& network) {
  OrderedJson ports = OrderedJson::object();
  if (network.mode != model::NetworkMode::kBridge) {
    return ports;
  }
  for (const std::string& exposed : network.exposed) {
    ports[exposed] = nullptr;
  }
  for (const model::PortMapping& port : network.ports) {
    for (unsigned i = 0; i < port.range; ++i) {
      OrderedJson& list = ports[std::to_string(port.container_port + i) + "/" + port.protocol];
      list.push_back(
          {{"HostIp", port.host_ip}, {"HostPort", std::to_string(port.host_port + i)}});
    }
  }
  return ports;
}

OrderedJson network_of(const lifecycle::Inspected& container,
                       const model::NetworkAttachment& attachment) {
  const Json& all = container.state.network_status;
  OrderedJson json = OrderedJson::object();
  add_addresses(
      addresses_of(all.is_object() && all.contains(attachment.network) ? all[attachment.network]
                                                                       : Json()),
      json);
  json["NetworkID"] = attachment.network;
  json["DriverOpts"] = nullptr;
  json["IPAMConfig"] = nullptr;
  json["Links"] = nullptr;
  std::vector<std::string> aliases = attachment.aliases;
  aliases.push_back(model::short_id(container.config.id));
  json["Aliases"] = aliases;
  return json;
}

}  // namespace

OrderedJson inspect_network(const lifecycle::Inspected& container) {
  const model::NetworkConfig& network = container.config.network;
  const std::vector<model::NetworkAttachment>& attachments = network.attachments;
  const Json& status = container.state.network_status;
  OrderedJson json = OrderedJson::object();
  // The first network's addresses stand here too, as long as there is only one.
  const bool one = attachments.size() == 1 && status.is_object() &&
                   status.contains(attachments.front().network);
  add_addresses(one ? addresses_of(status[attachments.front().network]) : Addresses(), json);
  json["Bridge"] = "";
  json["SandboxID"] = "";
  json["HairpinMode"] = false;
  json["LinkLocalIPv6Address"] = "";
  json["LinkLocalIPv6PrefixLen"] = 0;
  json["Ports"] = ports_of(network);
  json["SandboxKey"] = container.state.netns_path;
  OrderedJson networks = OrderedJson::object();
  if (network.mode == model::NetworkMode::kBridge) {
    for (const model::NetworkAttachment& attachment : attachments) {
      networks[attachment.network] = network_of(container, attachment);
    }
  }
  json["Networks"] = networks;
  return json;
}

}  // namespace gantry::cli
