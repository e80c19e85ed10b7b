// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/cni_net.h"

#include <algorithm>
#include <optional>
#include <set>

#include "plugins/net-cni/chain.h"
#include "plugins/net-cni/leases.h"
#include "plugins/net-cni/links.h"
#include "plugins/net-cni/names.h"
#include "sdk/support/json.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;
using plugin::Attachment;
using plugin::NetRequest;

namespace {

void require_valid(const NetRequest& request) {
  require_name("container", request.container_id);
  std::set<std::string> interfaces;
  for (const Attachment& attachment : request.attachments) {
    require_name("network", attachment.network);
    require_interface_name(attachment.interface_name);
    if (!interfaces.insert(attachment.interface_name).second) {
      throw Error(Code::kInvalid, "interface " + attachment.interface_name + " of container " +
                                      request.container_id + " is asked for twice");
    }
    for (const std::string& ip : attachment.static_ips) {
      (void)parse_ip(ip);
    }
  }
  for (const plugin::PortMapping& port : request.ports) {
    if (port.protocol != "tcp" && port.protocol != "udp" && port.protocol != "sctp") {
      throw Error(Code::kInvalid, "unknown port protocol \"" + port.protocol + "\"");
    }
    if (port.range == 0 || port.host_port == 0 || port.container_port == 0 ||
        port.host_port + port.range - 1 > 65535 ||
        port.container_port + port.range - 1 > 65535) {
      throw Error(Code::kInvalid, "port mapping " + std::to_string(port.host_port) + ":" +
                                      std::to_string(port.container_port) +
                                      " leaves the range 1-65535");
    }
    if (!port.host_ip.empty()) {
      (void)parse_ip(port.host_ip);
    }
  }
}

}  // namespace

CniNet::CniNet(plugin::Host host, const std::string& config_json)
    : host_(host),
      config_(parse_config(config_json)),
      invoker_(host, config_.plugin_dirs, host.run_dir()),
      networks_(host, config_, invoker_, fs::path(host.data_dir()) / "net.d"),
      rules_(host, host.data_dir(), fs::path(host.run_dir()) / "rules.lock"),
      claims_(host, fs::path(host.run_dir()) / "ports"),
      attachments_(host, networks_, invoker_, rules_) {}

Json CniNet::attachments() const {
  std::set<RecordKey> keys;
  for (const Record& record : attachments_.records("")) {
    keys.insert(record.key);
  }
  for (const NetworkObject& network : networks_.own()) {
    for_each_lease(attachments_.lease_dir(network.name),
                   [&](const std::string& container, const std::string& interface) {
                     keys.insert({network.name, container, interface});
                   });
  }
  for (const std::string& container : claims_.holders()) {
    keys.insert({"", container, ""});
  }
  Json list = Json::array();
  for (const RecordKey& key : keys) {
    list.push_back({{"network", key.network},
                    {"container", key.container_id},
                    {"interface", key.interface_name}});
  }
  return list;
}

std::string CniNet::info() {
  Json config_dirs = Json::array();
  for (const ConfigDir& dir : networks_.dirs()) {
    config_dirs.push_back(dir.path.string());
  }
  Json plugin_dirs = Json::array();
  for (const fs::path& dir : config_.plugin_dirs) {
    plugin_dirs.push_back(dir.string());
  }
  return gantry::to_text({{"name", "cni"},
                          {"version", "0.1.0"},
                          {"plugin_dirs", plugin_dirs},
                          {"config_dirs", config_dirs},
                          {"default_network", config_.default_network},
                          {"attachments", attachments()}});
}

std::string CniNet::network_create(const std::string& network_json) {
  Json request;
  try {
    request = parse_json(network_json, "the network description");
  } catch (const Error& error) {
    throw Error(Code::kInvalid, error.what());
  }
  return gantry::to_text(describe(networks_.create(parse_network(request))));
}

std::string CniNet::network_inspect(const std::string& name) {
  return gantry::to_text(networks_.described(name));
}

void CniNet::network_list(const std::function<bool(std::string_view name)>& visit) {
  for (const std::string& name : networks_.names()) {
    if (!visit(name)) {
      return;
    }
  }
}

void CniNet::network_remove(const std::string& name) {
  const Conflist list = networks_.require_removable(name);
  const FileLock lock = networks_.lock();
  for (const Record& record : attachments_.records(name)) {
    if (is_network_namespace(record.netns_path)) {
      throw Error(Code::kBusy,
                  "network " + name + " is being used by container " + record.key.container_id);
    }
    attachments_.detach(record);
  }
  const NetworkObject network = network_of(list);
  if (network.driver == "bridge" &&
      link_alias(network.interface_name) == "gantry:" + list.path.string()) {
    if (!bridge_ports(network.interface_name).empty()) {
      throw Error(Code::kBusy, "network " + name +
                                   " is being used: devices are attached to "
                                   "its bridge " +
                                   network.interface_name);
    }
    delete_link(network.interface_name);
  }
  attachments_.forget_network(name);
  const auto rest = [&] {
    std::vector<NetworkObject> others = networks_.own();
    std::erase_if(others, [&](const NetworkObject& other) { return other.name == name; });
    return others;
  };
  rules_.drop(network, rest);
  networks_.remove_file_of(list);
  // Who has read the file before may have written its rules since.
  rules_.drop(network, rest);
}

std::string CniNet::setup(const NetRequest& request) {
  require_valid(request);
  std::size_t started = 0;
  try {
    claims_.claim(request.container_id, request.ports);
    Json status = Json::object();
    std::vector<plugin::PortMapping> ports = request.ports;
    for (const Attachment& attachment : request.attachments) {
      const Conflist list = networks_.get(attachment.network);
      // One network publishes the ports; more would only double the rules.
      const bool publishes = has_capability(list.plugins, "portMappings");
      ++started;
      const Result result = attachments_.attach(
          list, request, attachment, publishes ? ports : std::vector<plugin::PortMapping>{});
      if (publishes) {
        ports.clear();
      }
      // A container may be on one network with several interfaces.
      status[attachment.network].merge_patch(status_of(result, attachment.interface_name));
    }
    if (!ports.empty()) {
      host_.warn("ignoring the published ports of container " + request.container_id +
                 ": none of its networks can publish ports");
    }
    return gantry::to_text(status);
  } catch (...) {
    undo(request, started);
    throw;
  }
}

void CniNet::undo(const NetRequest& request, std::size_t count) noexcept {
  for (std::size_t i = count; i-- > 0;) {
    try {
      attachments_.detach(request, request.attachments[i]);
    } catch (const std::exception& error) {
      host_.warn(std::string("ignoring while undoing network setup: ") + error.what());
    }
  }
  try {
    claims_.release(request.container_id, request.ports);
  } catch (const std::exception& error) {
    host_.warn(std::string("ignoring while undoing network setup: ") + error.what());
  }
}

void CniNet::teardown(const NetRequest& request) {
  require_valid(request);
  std::optional<Error> first;
  const auto attempt = [&](auto&& action) {
    try {
      action();
    } catch (const Error& error) {
      if (first) {
        host_.warn(std::string("ignoring while taking down networks: ") + error.what());
      } else {
        first = error;
      }
    }
  };
  for (auto it = request.attachments.rbegin(); it != request.attachments.rend(); ++it) {
    attempt([&] { attachments_.detach(request, *it); });
  }
  attempt([&] { claims_.release(request.container_id, request.ports); });
  if (first) {
    throw *first;
  }
}

void CniNet::check(const NetRequest& request) {
  require_valid(request);
  for (const Attachment& attachment : request.attachments) {
    attachments_.check(request, attachment);
  }
}

void CniNet::gc(const std::vector<plugin::ValidAttachment>& valid) {
  std::set<RecordKey> wanted;
  std::set<std::string> containers;
  for (const plugin::ValidAttachment& v : valid) {
    wanted.insert({v.network, v.container_id, v.interface_name});
    containers.insert(v.container_id);
  }
  std::optional<Error> first;
  for (const Record& record : attachments_.records("")) {
    if (wanted.contains(record.key)) {
      continue;
    }
    try {
      attachments_.detach(record);
    } catch (const Error& error) {
      if (!first) {
        first = error;
      }
    }
  }
  for (const NetworkObject& network : networks_.own()) {
    free_leases(attachments_.lease_dir(network.name),
                [&](const std::string& container, const std::string& interface) {
                  return wanted.contains({network.name, container, interface});
                });
  }
  claims_.sweep([&](const std::string& container) { return containers.contains(container); });
  if (first) {
    throw *first;
  }
}

}  // namespace gantry::net_cni
