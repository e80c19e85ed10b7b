// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/network_documents.h"

#include "core/model/ids.h"

namespace gantry::cli {

OrderedJson network_row(const Json& network, bool truncate) {
  const std::string id = network.value("id", "");
  OrderedJson row{{"ID", truncate ? model::short_id(id) : id},
                  {"Name", network.value("name", "")},
                  {"Driver", network.value("driver", "")},
                  {"Created", network.value("created", "")},
                  {"NetworkInterface", network.value("network_interface", "")},
                  {"Internal", network.value("internal", false)},
                  {"IPv6Enabled", network.value("ipv6_enabled", false)},
                  {"DNSEnabled", network.value("dns_enabled", false)}};
  row["Subnets"] = OrderedJson::parse(to_text(network.value("subnets", Json::array())));
  row["Labels"] = OrderedJson::parse(to_text(network.value("labels", Json::object())));
  row["Options"] = OrderedJson::parse(to_text(network.value("options", Json::object())));
  return row;
}

OrderedJson network_json(const Json& network) {
  OrderedJson ordered = OrderedJson::object();
  for (const char* member :
       {"name", "id", "driver", "network_interface", "created", "subnets", "ipv6_enabled",
        "internal", "dns_enabled", "labels", "options", "ipam_options"}) {
    if (network.contains(member)) {
      ordered[member] = OrderedJson::parse(to_text(network[member]));
    }
  }
  for (const auto& [member, value] : network.items()) {
    if (!ordered.contains(member)) {
      ordered[member] = OrderedJson::parse(to_text(value));
    }
  }
  return ordered;
}

}  // namespace gantry::cli
