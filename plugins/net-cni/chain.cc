// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/chain.h"

#include <algorithm>
#include <optional>

#include "plugins/net-cni/leftovers.h"
#include "plugins/net-cni/result.h"

namespace gantry::net_cni {

namespace {

using plugin::Attachment;
using plugin::NetRequest;
using plugin::PortMapping;

Json port_arguments(const std::vector<PortMapping>& ports) {
  Json list = Json::array();
  for (const PortMapping& port : ports) {
    for (int i = 0; i < port.range; ++i) {
      Json entry{{"hostPort", port.host_port + i},
                 {"containerPort", port.container_port + i},
                 {"protocol", port.protocol}};
      if (!port.host_ip.empty()) {
        entry["hostIP"] = port.host_ip;
      }
      list.push_back(std::move(entry));
    }
  }
  return list;
}

Json capability_arguments(const Attachment& attachment, const std::vector<PortMapping>& ports) {
  Json args = Json::object();
  if (!ports.empty()) {
    args["portMappings"] = port_arguments(ports);
  }
  if (!attachment.static_ips.empty()) {
    args["ips"] = attachment.static_ips;
  }
  if (!attachment.static_mac.empty()) {
    args["mac"] = attachment.static_mac;
  }
  if (!attachment.aliases.empty()) {
    args["aliases"] = Json{{attachment.network, attachment.aliases}};
  }
  return args;
}

bool declares(const Json& plugin, const std::string& capability) {
  const auto capabilities = plugin.find("capabilities");
  return capabilities != plugin.end() && capabilities->is_object() &&
         capabilities->value(capability, Json(false)) == Json(true);
}

std::string cni_args(const Conflist& list, const NetRequest& request,
                     const Attachment& attachment) {
  // ';' and '=' would break the list apart.
  std::string name = request.container_name;
  std::erase_if(name, [](char c) { return c == ';' || c == '='; });
  std::string args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=" + name + ";K8S_POD_NAME=" + name +
                     ";K8S_POD_INFRA_CONTAINER_ID=" + request.container_id;
  // Older networks know static addresses only this way.
  if (attachment.static_ips.size() == 1 && !has_capability(list.plugins, "ips")) {
    args += ";IP=" + attachment.static_ips.front();
  }
  if (!attachment.static_mac.empty() && !has_capability(list.plugins, "mac")) {
    args += ";MAC=" + attachment.static_mac;
  }
  return args;
}

Invocation invocation_of(const Record& record, const char* command, std::string netns_path) {
  return {
      command,     record.key.container_id, std::move(netns_path), record.key.interface_name,
      record.args, record.v4_only};
}

Json with_result(const Json& plugin, const Json& result) {
  Json config = plugin;
  if (!result.is_null()) {
    config["prevResult"] = result;
  }
  return config;
}

bool has_v6_address(const Record& record) {
  const Result result = parse_result(record.result, "result of network " + record.key.network);
  return std::any_of(result.addresses.begin(), result.addresses.end(),
                     [](const Address& a) { return a.ipnet.find(':') != std::string::npos; });
}

}  // namespace

bool has_capability(const std::vector<Json>& plugins, const std::string& name) {
  return std::any_of(plugins.begin(), plugins.end(),
                     [&](const Json& plugin) { return declares(plugin, name); });
}

Record make_record(const Conflist& list, const NetRequest& request,
                   const Attachment& attachment, const std::vector<PortMapping>& ports) {
  Record record;
  record.key = {list.name, request.container_id, attachment.interface_name};
  record.netns_path = request.netns_path;
  record.cni_version = list.cni_version;
  record.own = list.own;
  record.v4_only = list.own && !list.document.at("args").at("gantry").at("ipv6").get<bool>();
  record.disable_check = list.disable_check;
  record.args = cni_args(list, request, attachment);
  const Json arguments = capability_arguments(attachment, ports);
  for (Json plugin : list.plugins) {
    Json runtime = Json::object();
    for (const auto& [capability, value] : arguments.items()) {
      if (declares(plugin, capability)) {
        runtime[capability] = value;
      }
    }
    plugin.erase("capabilities");
    plugin["name"] = list.name;
    plugin["cniVersion"] = list.cni_version;
    if (!runtime.empty()) {
      plugin["runtimeConfig"] = std::move(runtime);
    }
    record.plugins.push_back(std::move(plugin));
  }
  return record;
}

void add_chain(const Invoker& invoker, const RecordFolder& folder, Record& record) {
  for (std::size_t i = 0; i < record.plugins.size(); ++i) {
    const Json config = with_result(record.plugins[i], record.result);
    const std::string answer =
        invoker.run(invocation_of(record, "ADD", record.netns_path), config);
    const auto type = config["type"].get<std::string>();
    Json result = parse_json(answer, "answer of plugin type=\"" + type + "\" to ADD");
    if (!result.is_object()) {
      throw Error(Code::kCorrupt,
                  "plugin type=\"" + type + "\" answered to ADD without a result");
    }
    (void)parse_result(result, "answer of plugin type=\"" + type + "\" to ADD");
    record.result = std::move(result);
    record.complete = i + 1 == record.plugins.size();
    folder.put(record);
  }
}

void del_chain(const Invoker& invoker, const Record& record, const std::string& netns_path) {
  // Results are given to DEL since 0.4.0.
  const bool chained = version_at_least(record.cni_version, "0.4.0");
  std::optional<Error> first;
  for (auto plugin = record.plugins.rbegin(); plugin != record.plugins.rend(); ++plugin) {
    try {
      (void)invoker.run(invocation_of(record, "DEL", netns_path),
                        with_result(*plugin, chained ? record.result : Json()));
    } catch (const Error& error) {
      if (!first) {
        first = error;
      }
    }
  }
  if (first) {
    throw *first;
  }
}

void check_chain(const Invoker& invoker, const Record& record) {
  if (!version_at_least(record.cni_version, "0.4.0")) {
    throw Error(Code::kUnsupported, "network " + record.key.network + " is written for CNI " +
                                        record.cni_version +
                                        ", which has no CHECK; it came with 0.4.0");
  }
  if (record.disable_check) {
    return;
  }
  const bool v6 = has_v6_address(record);
  for (const Json& plugin : record.plugins) {
    if (plugin["type"] == "portmap" && !v6) {
      // Its CHECK looks for IPv6 rules even where its ADD had no reason to make any.
      require_port_rules(record);
      continue;
    }
    (void)invoker.run(invocation_of(record, "CHECK", record.netns_path),
                      with_result(plugin, record.result));
  }
}

}  // namespace gantry::net_cni
