// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/result.h"

namespace gantry::net_cni {

namespace {

void read_links(const Json& json, Result& result) {
  for (const Json& link : json.value("interfaces", Json::array())) {
    result.links.push_back(
        {link.value("name", ""), link.value("mac", ""), !link.value("sandbox", "").empty()});
  }
}

void read_addresses(const Json& json, Result& result) {
  for (const Json& ip : json.value("ips", Json::array())) {
    Address address{ip.value("address", ""), ip.value("gateway", ""), ""};
    if (ip.contains("interface") && ip["interface"].is_number_integer()) {
      const auto index = ip["interface"].get<std::size_t>();
      if (index < result.links.size()) {
        address.interface_name = result.links[index].name;
      }
    }
    result.addresses.push_back(std::move(address));
  }
  for (const char* family : {"ip4", "ip6"}) {  // 0.2.0
    if (json.contains(family)) {
      result.addresses.push_back(
          {json[family].value("ip", ""), json[family].value("gateway", ""), ""});
    }
  }
}

// null stands for an absent list in what Go programs write.
std::vector<std::string> read_strings(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? std::vector<std::string>{}
                                                   : found->get<std::vector<std::string>>();
}

}  // namespace

Result parse_result(const Json& json, const std::string& what) {
  try {
    Result result;
    read_links(json, result);
    read_addresses(json, result);
    const Json dns = json.value("dns", Json::object());
    result.dns_servers = read_strings(dns, "nameservers");
    result.dns_search = read_strings(dns, "search");
    return result;
  } catch (const Json::exception& error) {
    throw Error(Code::kCorrupt, what + " is not a CNI result: " + error.what());
  }
}

Json status_of(const Result& result, const std::string& interface_name) {
  Json entry{{"mac_address", ""}, {"subnets", Json::array()}};
  for (const Link& link : result.links) {
    if (link.in_container && link.name == interface_name) {
      entry["mac_address"] = link.mac;
    }
  }
  for (const Address& address : result.addresses) {
    if (address.interface_name.empty() || address.interface_name == interface_name) {
      entry["subnets"].push_back({{"ipnet", address.ipnet}, {"gateway", address.gateway}});
    }
  }
  return {{"interfaces", {{interface_name, std::move(entry)}}},
          {"dns_server_ips", result.dns_servers},
          {"dns_search_domains", result.dns_search}};
}

std::optional<Link> host_link(const Result& result) {
  for (const Link& link : result.links) {
    if (!link.in_container && link.name.starts_with("veth")) {
      return link;
    }
  }
  return std::nullopt;
}

}  // namespace gantry::net_cni
