// SPDX-License-Identifier: Apache-2.0
#include "core/ports/network.h"

#include <algorithm>
#include <optional>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/documents/network_documents.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "sdk/support/ip.h"

namespace gantry::cli {
namespace {

constexpr Option kCreateOptions[] = {
    {.name = "disable-dns",
     .kind = ValueKind::kFlag,
     .help = "Do not resolve names of containers"},
    {.name = "driver",
     .letter = 'd',
     .help = "Driver of the network (bridge, macvlan, ipvlan)",
     .fallback = "bridge"},
    {.name = "gateway", .kind = ValueKind::kArray, .help = "Gateway of the subnet before it"},
    {.name = "ignore",
     .kind = ValueKind::kFlag,
     .help = "Do not fail if the network is there already"},
    {.name = "interface-name", .help = "Name of the bridge, or parent interface"},
    {.name = "internal", .kind = ValueKind::kFlag, .help = "No way out of the network"},
    {.name = "ip-range",
     .kind = ValueKind::kArray,
     .help = "Give out addresses of this range alone"},
    {.name = "ipam-driver", .help = "Who gives out addresses (host-local, dhcp, none)"},
    {.name = "ipv6", .kind = ValueKind::kFlag, .help = "Give IPv6 addresses too"},
    {.name = "label", .kind = ValueKind::kArray, .help = "Set metadata (key=value)"},
    {.name = "opt",
     .letter = 'o',
     .kind = ValueKind::kArray,
     .help = "Set options of the driver"},
    {.name = "subnet", .kind = ValueKind::kArray, .help = "Subnet in CIDR form"},
};
constexpr Option kLsOptions[] = {
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter networks (name=, id=, driver=, label=)"},
    {.name = "format", .help = "Print networks as JSON or by a Go template"},
    {.name = "no-trunc", .kind = ValueKind::kFlag, .help = "Do not truncate the network id"},
    {.name = "noheading",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Do not print headers"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only names"},
};
constexpr Option kRmOptions[] = {
    {.name = "force",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Remove the containers that use the network as well"},
    {.name = "time",
     .letter = 't',
     .kind = ValueKind::kUint,
     .help = "Seconds to wait for containers to stop"},
};

constexpr Column kColumns[] = {{"NETWORK ID", "ID"}, {"NAME", "Name"}, {"DRIVER", "Driver"}};

ports::Network& networks_of(Context& context) { return context.engine().backends.network(""); }

std::optional<Json> find_network(ports::Network& networks, const std::string& name) {
  try {
    return std::make_optional(networks.inspect(name));
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

// "10.1.0.0/24" or "10.1.0.5-10.1.0.9".
Json lease_range(const std::string& text) {
  try {
    if (const auto pair = cut(text, '-')) {
      return {{"start_ip", to_text(parse_ip(pair->first))},
              {"end_ip", to_text(parse_ip(pair->second))}};
    }
    const Subnet range = parse_subnet(text);
    return {{"start_ip", to_text(range.base)}, {"end_ip", to_text(last_of(range))}};
  } catch (const Error& error) {
    throw Error(error.code(), std::string("option --ip-range: ") + error.what());
  }
}

Json subnets_of(const Options& options) {
  const std::vector<std::string> subnets = options.list("subnet");
  const std::vector<std::string> gateways = options.list("gateway");
  const std::vector<std::string> ranges = options.list("ip-range");
  if (subnets.empty()) {
    throw Error(Code::kInvalid, "cannot set gateway or range without subnet");
  }
  if (gateways.size() > subnets.size() || ranges.size() > subnets.size()) {
    throw Error(Code::kInvalid, "cannot set more gateways or ranges than subnets");
  }
  Json list = Json::array();
  for (std::size_t i = 0; i < subnets.size(); ++i) {
    Json subnet{{"subnet", subnets[i]}};
    if (i < gateways.size()) {
      subnet["gateway"] = gateways[i];
    }
    if (i < ranges.size()) {
      subnet["lease_range"] = lease_range(ranges[i]);
    }
    list.push_back(std::move(subnet));
  }
  return list;
}

int create(Context& context) {
  const Options& options = context.options();
  Json request{{"driver", options.text("driver")},
               {"internal", options.flag("internal")},
               {"ipv6_enabled", options.flag("ipv6")},
               {"labels", parse_labels(options.list("label"))},
               {"options", parse_labels(options.list("opt"))}};
  if (!context.arguments().empty()) {
    request["name"] = context.arguments().front();
  }
  if (options.given("interface-name")) {
    request["network_interface"] = options.text("interface-name");
  }
  if (options.given("ipam-driver")) {
    request["ipam_options"] = {{"driver", options.text("ipam-driver")}};
  }
  if (options.flag("disable-dns")) {
    request["dns_enabled"] = false;
  }
  if (options.given("subnet") || options.given("gateway") || options.given("ip-range")) {
    request["subnets"] = subnets_of(options);
  }
  try {
    const Json made = networks_of(context).create(request);
    const std::string name = made.value("name", "");
    lifecycle::announce(context.engine(),
                        {.type = "network", .id = made.value("id", ""), .name = name},
                        "create");
    context.out() << name << "\n";
  } catch (const Error& error) {
    // What exists may be the bridge, and not the network.
    if (error.code() != Code::kExists || !options.flag("ignore") || !request.contains("name") ||
        !find_network(networks_of(context), context.arguments().front())) {
      throw;
    }
    context.out() << context.arguments().front() << "\n";
  }
  return kExitOk;
}

bool fits(const Json& network, const std::string& filter) {
  const auto pair = cut(filter, '=');
  const std::string key = pair ? pair->first : filter;
  const std::string value = pair ? pair->second : "";
  if (key == "name") {
    return network.value("name", "").find(value) != std::string::npos;
  }
  if (key == "id") {
    return network.value("id", "").starts_with(value);
  }
  if (key == "driver") {
    return network.value("driver", "") == value;
  }
  if (key == "label") {
    const Json labels = network.value("labels", Json::object());
    const auto label = cut(value, '=');
    const std::string name = label ? label->first : value;
    return labels.contains(name) && (!label || labels[name] == label->second);
  }
  throw Error(Code::kInvalid, "invalid filter \"" + key + "\"");
}

std::vector<Json> chosen(Context& context) {
  std::vector<Json> all;
  for (const std::string& name : networks_of(context).list()) {
    if (std::optional<Json> network = find_network(networks_of(context), name)) {
      all.push_back(std::move(*network));  // else it was removed since
    }
  }
  for (const std::string& filter : context.options().list("filter")) {
    std::erase_if(all, [&](const Json& network) { return !fits(network, filter); });
  }
  return all;
}

int ls(Context& context) {
  const Options& options = context.options();
  Listing listing{
      .name = "ls", .type = "network", .columns = kColumns, .document = OrderedJson::array()};
  for (const Json& network : chosen(context)) {
    if (options.flag("quiet")) {
      context.out() << network.value("name", "") << "\n";
      continue;
    }
    listing.rows.push_back(network_row(network, !options.flag("no-trunc")));
    listing.document.push_back(network_json(network));
  }
  if (!options.flag("quiet")) {
    print_listing(context.out(), listing, options.text("format"), options.flag("noheading"));
  }
  return kExitOk;
}

std::vector<std::string> users_of(Context& context, const std::string& network) {
  std::vector<std::string> users;
  for (const store::ContainerRow& row : lifecycle::list(context.engine())) {
    const auto& names = row.brief.networks;
    if (std::find(names.begin(), names.end(), network) != names.end()) {
      users.push_back(row.brief.id);
    }
  }
  return users;
}

void remove_network(Context& context, const std::string& asked) {
  const Options& options = context.options();
  const std::string name = networks_of(context).inspect(asked).value("name", asked);
  const std::vector<std::string> users = users_of(context, name);
  if (!users.empty() && !options.flag("force")) {
    throw Error(Code::kBusy, "\"" + name +
                                 "\" has associated containers with it. Use -f to forcibly "
                                 "delete containers and pods: network is being used");
  }
  lifecycle::RemoveOptions how;
  how.force = true;
  how.depend = true;
  if (options.given("time")) {
    how.timeout_s = static_cast<unsigned>(options.count("time"));
  }
  for (const std::string& user : users) {
    (void)lifecycle::remove(context.engine(), user, how);
  }
  networks_of(context).remove(name);
  lifecycle::announce(context.engine(), {.type = "network", .name = name}, "remove");
}

int rm(Context& context) {
  remove_each(context, context.arguments(), context.options().flag("force"),
              [&](const std::string& name) {
                remove_network(context, name);
                return true;
              });
  return kExitOk;
}

int exists(Context& context) {
  return find_network(networks_of(context), context.arguments().front()) ? kExitOk : kExitNo;
}

}  // namespace

constinit const Command kNetworkCommand{
    .summary = "Manage networks",
    .usage = "[command]",
};

constinit const Command kNetworkCreateCommand{
    .summary = "Create a network",
    .description = "Creates a network for containers to join",
    .usage = "[options] [NAME]",
    .examples = "network create net1\nnetwork create --subnet 192.5.0.0/16 net2",
    .options = {kCreateOptions},
    .arguments = {.most = 1},
    .run = create,
    .changes = true,
};

constinit const Command kNetworkLsCommand{
    .summary = "List networks",
    .usage = "[options]",
    .examples = "network ls\nnetwork ls --format json",
    .options = {kLsOptions},
    .arguments = kNoArguments,
    .run = ls,
};

constinit const Command kNetworkRmCommand{
    .summary = "Remove one or more networks",
    .usage = "[options] NETWORK [NETWORK...]",
    .examples = "network rm net1",
    .options = {kRmOptions},
    .arguments = {.least = 1},
    .run = rm,
    .changes = true,
};

constinit const Command kNetworkExistsCommand{
    .summary = "Check if a network exists",
    .description = "Exits with 0 when the network exists, with 1 when it does not",
    .usage = "NETWORK",
    .examples = "network exists net1",
    .arguments = {.least = 1, .most = 1},
    .run = exists,
};

}  // namespace gantry::cli
