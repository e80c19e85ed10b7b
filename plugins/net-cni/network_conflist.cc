// SPDX-License-Identifier: Apache-2.0
//
// The two directions between podman's object and a configuration list.
#include <sys/stat.h>

#include "plugins/net-cni/json_read.h"
#include "plugins/net-cni/network_object.h"
#include "sdk/support/digest.h"
#include "sdk/support/timestamp.h"

namespace gantry::net_cni {

namespace {

Json ranges_of(const NetworkObject& network) {
  Json ranges = Json::array();
  for (const NetworkSubnet& subnet : network.subnets) {
    Json range{{"subnet", to_text(subnet.subnet)}};
    if (subnet.gateway) {
      range["gateway"] = to_text(*subnet.gateway);
    }
    if (subnet.range_start) {
      range["rangeStart"] = to_text(*subnet.range_start);
    }
    if (subnet.range_end) {
      range["rangeEnd"] = to_text(*subnet.range_end);
    }
    ranges.push_back(Json::array({range}));
  }
  return ranges;
}

Json ipam_of(const NetworkObject& network) {
  if (network.ipam != "host-local") {
    return network.ipam == "none" ? Json::object() : Json{{"type", network.ipam}};
  }
  Json ipam{{"type", "host-local"}, {"ranges", ranges_of(network)}};
  if (!network.internal) {
    Json routes = Json::array();
    bool v4 = false;
    bool v6 = false;
    for (const NetworkSubnet& subnet : network.subnets) {
      (subnet.subnet.base.v6 ? v6 : v4) = true;
    }
    if (v4) {
      routes.push_back({{"dst", "0.0.0.0/0"}});
    }
    if (v6) {
      routes.push_back({{"dst", "::/0"}});
    }
    ipam["routes"] = std::move(routes);
  }
  return ipam;
}

int number_option(const NetworkObject& network, const std::string& option) {
  const auto found = network.options.find(option);
  return found == network.options.end() ? 0 : std::stoi(found->second);
}

// Masquerading and forwarding are rules for the whole network (network_rules.h), made once
// and not again for each container: that halves the time of an ADD.
Json bridge_plugin(const NetworkObject& network) {
  Json plugin{{"type", "bridge"},
              {"bridge", network.interface_name},
              {"isGateway", !network.internal},
              {"hairpinMode", true},
              {"ipMasq", false},
              {"capabilities", {{"ips", true}, {"mac", true}}},
              {"ipam", ipam_of(network)}};
  if (const int vlan = number_option(network, "vlan"); vlan != 0) {
    plugin["vlan"] = vlan;
  }
  return plugin;
}

Json vlan_plugin(const NetworkObject& network) {
  Json plugin{{"type", network.driver},
              {"capabilities", {{"ips", true}, {"mac", true}}},
              {"ipam", ipam_of(network)}};
  if (!network.interface_name.empty()) {
    plugin["master"] = network.interface_name;
  }
  if (const auto mode = network.options.find("mode"); mode != network.options.end()) {
    plugin["mode"] = mode->second;
  }
  return plugin;
}

Json subnets_of(const Json& ipam) {
  Json subnets = Json::array();
  const auto add = [&](const Json& range) {
    Json subnet{{"subnet", text_in(range, "subnet")}};
    if (const std::string gateway = text_in(range, "gateway"); !gateway.empty()) {
      subnet["gateway"] = gateway;
    }
    Json lease = Json::object();
    if (const std::string start = text_in(range, "rangeStart"); !start.empty()) {
      lease["start_ip"] = start;
    }
    if (const std::string end = text_in(range, "rangeEnd"); !end.empty()) {
      lease["end_ip"] = end;
    }
    if (!lease.empty()) {
      subnet["lease_range"] = std::move(lease);
    }
    subnets.push_back(std::move(subnet));
  };
  const Json sets = list_in(ipam, "ranges");
  for (const Json& set : sets) {
    for (const Json& range : set) {
      add(range);
    }
  }
  if (ipam.contains("subnet")) {
    add(ipam);
  }
  return subnets;
}

std::string file_time(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return "0001-01-01T00:00:00Z";
  }
  return format_timestamp(info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec);
}

// Podman leaves empty maps out.
void set_unless_empty(Json& network, const char* key, const Json& value) {
  if (!value.empty()) {
    network[key] = value;
  }
}

Json options_of(const Json& plugin) {
  Json options = Json::object();
  for (const char* key : {"mtu", "vlan"}) {
    if (plugin.contains(key) && plugin[key].is_number_integer() && plugin[key] != Json(0)) {
      options[key] = std::to_string(plugin[key].get<int>());
    }
  }
  if (const std::string mode = text_in(plugin, "mode"); !mode.empty()) {
    options["mode"] = mode;
  }
  return options;
}

}  // namespace

Json conflist_of(const NetworkObject& network, const std::string& cni_version) {
  Json first = network.driver == "bridge" ? bridge_plugin(network) : vlan_plugin(network);
  if (const int mtu = number_option(network, "mtu"); mtu != 0) {
    first["mtu"] = mtu;
  }
  Json plugins = Json::array({std::move(first)});
  if (network.driver == "bridge") {
    plugins.push_back({{"type", "portmap"}, {"capabilities", {{"portMappings", true}}}});
  }
  if (network.dns) {
    plugins.push_back({{"type", "dnsname"},
                       {"domainName", "dns.gantry"},
                       {"capabilities", {{"aliases", true}}}});
  }
  return {{"cniVersion", cni_version},
          {"name", network.name},
          {"args",
           {{"gantry",
             {{"id", network.id},
              {"created", network.created},
              {"internal", network.internal},
              {"ipv6", network.ipv6},
              {"labels", network.labels},
              {"options", network.options},
              {"ipam", network.ipam}}}}},
          {"plugins", std::move(plugins)}};
}

Json describe(const Conflist& list) {
  const Json& first = list.plugins.front();
  const auto type = first["type"].get<std::string>();
  const Json ipam = object_in(first, "ipam");
  bool dns = false;
  for (const Json& plugin : list.plugins) {
    dns = dns || plugin["type"] == "dnsname";
  }
  Json network{{"name", list.name},
               {"driver", type},
               {"network_interface", text_in(first, type == "bridge" ? "bridge" : "master")},
               {"subnets", subnets_of(ipam)},
               {"dns_enabled", dns}};
  if (list.own) {
    const Json& own = list.document.at("args").at("gantry");
    network["id"] = own.at("id");
    network["created"] = own.at("created");
    network["internal"] = own.at("internal");
    network["ipv6_enabled"] = own.at("ipv6");
    set_unless_empty(network, "labels", own.at("labels"));
    set_unless_empty(network, "options", own.at("options"));
    network["ipam_options"] = {{"driver", own.at("ipam")}};
    return network;
  }
  bool ipv6 = false;
  for (const Json& subnet : network["subnets"]) {
    ipv6 = ipv6 || text_in(subnet, "subnet").find(':') != std::string::npos;
  }
  const std::string ipam_driver = text_in(ipam, "type");
  network["id"] = sha256_hex(list.name);
  network["created"] = file_time(list.path);
  network["internal"] =
      type == "bridge" && !flag_in(first, "isGateway") && !flag_in(first, "isDefaultGateway");
  network["ipv6_enabled"] = ipv6;
  set_unless_empty(network, "options", options_of(first));
  network["ipam_options"] = {{"driver", ipam_driver.empty() ? "none" : ipam_driver}};
  return network;
}

NetworkObject network_of(const Conflist& list) {
  try {
    NetworkObject network = parse_network(describe(list));
    network.id = list.document.at("args").at("gantry").at("id");
    network.created = list.document.at("args").at("gantry").at("created");
    return network;
  } catch (const Json::exception& error) {
    throw Error(Code::kCorrupt,
                "network file " + list.path.string() + " was changed by hand: " + error.what());
  }
}

}  // namespace gantry::net_cni
