// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/network_object.h"

#include <charconv>
#include <set>

#include "plugins/net-cni/names.h"

namespace gantry::net_cni {

namespace {

[[noreturn]] void invalid(const std::string& why) { throw Error(Code::kInvalid, why); }

bool is_boolean(const std::string& text) {
  return text == "true" || text == "false" || text == "1" || text == "0";
}

void require_number(const std::string& option, const std::string& value, int most) {
  int number = -1;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || number < 0 || number > most) {
    invalid("network option " + option + " \"" + value + "\" is not a number from 0 to " +
            std::to_string(most));
  }
}

void check_options(NetworkObject& network) {
  const std::string& driver = network.driver;
  for (const auto& [option, value] : network.options) {
    if (option == "mtu") {
      require_number(option, value, 65535);
    } else if (driver == "bridge" && option == "vlan") {
      require_number(option, value, 4094);
    } else if (driver == "bridge" && option == "isolate") {
      if (!is_boolean(value)) {
        invalid("network option isolate \"" + value + "\" is neither true nor false");
      }
    } else if (driver != "bridge" && option == "parent") {
      require_interface_name(value);
      if (network.interface_name.empty()) {
        network.interface_name = value;
      }
    } else if (driver != "bridge" && option == "mode") {
      static const std::set<std::string> macvlan{"bridge", "private", "vepa", "passthru"};
      static const std::set<std::string> ipvlan{"l2", "l3", "l3s"};
      if (!(driver == "macvlan" ? macvlan : ipvlan).contains(value)) {
        invalid("unknown " + driver + " mode \"" + value + "\"");
      }
    } else {
      throw Error(Code::kUnsupported, "unsupported " + driver + " network option " + option);
    }
  }
}

NetworkSubnet parse_network_subnet(const Json& json) {
  NetworkSubnet subnet{parse_subnet(json.value("subnet", "")), {}, {}, {}};
  if (const std::string gateway = json.value("gateway", ""); !gateway.empty()) {
    subnet.gateway = parse_ip(gateway);
  }
  const Json range = json.contains("lease_range") && json["lease_range"].is_object()
                         ? json["lease_range"]
                         : Json::object();
  if (const std::string start = range.value("start_ip", ""); !start.empty()) {
    subnet.range_start = parse_ip(start);
  }
  if (const std::string end = range.value("end_ip", ""); !end.empty()) {
    subnet.range_end = parse_ip(end);
  }
  return subnet;
}

void check_ipam(NetworkObject& network) {
  if (network.ipam != "host-local" && network.ipam != "dhcp" && network.ipam != "none") {
    throw Error(Code::kUnsupported, "unsupported ipam driver \"" + network.ipam + "\"");
  }
  if (network.ipam != "host-local" && !network.subnets.empty()) {
    invalid(network.ipam + " ipam driver is set but subnets are given");
  }
  if (network.ipam == "dhcp" && network.driver == "bridge") {
    throw Error(Code::kUnsupported, "dhcp ipam driver is only supported with macvlan");
  }
}

}  // namespace

bool option_is_true(const NetworkObject& network, const std::string& option) {
  const auto found = network.options.find(option);
  return found != network.options.end() && (found->second == "true" || found->second == "1");
}

void complete_subnet(NetworkSubnet& subnet, bool internal) {
  const std::string text = to_text(subnet.subnet);
  if (subnet.subnet.prefix > subnet.subnet.base.bits() - 2) {
    invalid("subnet " + text + " is too small to give out addresses");
  }
  const auto inside = [&](const std::optional<Ip>& ip, const std::string& what) {
    if (ip && !contains(subnet.subnet, *ip)) {
      invalid(what + " " + to_text(*ip) + " not in subnet " + text);
    }
  };
  inside(subnet.gateway, "gateway");
  inside(subnet.range_start, "lease range start ip");
  inside(subnet.range_end, "lease range end ip");
  // Neither the subnet's own name nor its broadcast address is given out.
  if (subnet.range_start == subnet.subnet.base) {
    subnet.range_start = next(subnet.subnet.base);
  }
  if (!subnet.subnet.base.v6 && subnet.range_end == last_of(subnet.subnet)) {
    subnet.range_end = previous(*subnet.range_end);
  }
  if (subnet.range_start && subnet.range_end && *subnet.range_end < *subnet.range_start) {
    invalid("lease range of subnet " + text + " ends before it starts");
  }
  if (subnet.gateway == subnet.subnet.base) {
    invalid("gateway " + to_text(*subnet.gateway) + " is the network address of subnet " +
            text);
  }
  if (!subnet.gateway && !internal) {
    subnet.gateway = next(subnet.subnet.base);
  }
}

NetworkObject parse_network(const Json& json) {
  NetworkObject network;
  try {
    network.name = json.value("name", "");
    network.driver = json.value("driver", "bridge");
    network.interface_name = json.value("network_interface", "");
    network.ipv6 = json.value("ipv6_enabled", false);
    network.internal = json.value("internal", false);
    network.dns = json.value("dns_enabled", false);
    using Texts = std::map<std::string, std::string>;
    const auto texts = [&](const char* key) {
      return json.contains(key) && !json[key].is_null() ? json[key].get<Texts>() : Texts{};
    };
    network.labels = texts("labels");
    network.options = texts("options");
    const Texts ipam = texts("ipam_options");
    network.ipam = ipam.contains("driver") ? ipam.at("driver") : "host-local";
    const Json subnets = json.value("subnets", Json::array());
    for (const Json& subnet : subnets.is_null() ? Json::array() : subnets) {
      network.subnets.push_back(parse_network_subnet(subnet));
    }
  } catch (const Json::exception& error) {
    invalid(std::string("the network description is not understood: ") + error.what());
  }
  if (network.driver != "bridge" && network.driver != "macvlan" && network.driver != "ipvlan") {
    throw Error(Code::kUnsupported, "unsupported driver " + network.driver +
                                        ": invalid argument; net-cni has bridge, macvlan and "
                                        "ipvlan");
  }
  if (!network.name.empty()) {
    require_name("network", network.name);
  }
  check_options(network);
  if (!network.interface_name.empty()) {
    require_interface_name(network.interface_name);
  }
  check_ipam(network);
  for (std::size_t i = 0; i < network.subnets.size(); ++i) {
    complete_subnet(network.subnets[i], network.internal);
    network.ipv6 = network.ipv6 || network.subnets[i].subnet.base.v6;
    for (std::size_t k = 0; k < i; ++k) {
      if (overlap(network.subnets[i].subnet, network.subnets[k].subnet)) {
        invalid("subnets " + to_text(network.subnets[k].subnet) + " and " +
                to_text(network.subnets[i].subnet) + " overlap");
      }
    }
  }
  return network;
}

}  // namespace gantry::net_cni
