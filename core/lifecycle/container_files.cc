// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/container_files.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "core/lifecycle/labels.h"
#include "core/lifecycle/namespaces.h"
#include "core/lifecycle/user_namespace.h"
#include "core/net/host_address.h"
#include "core/net/hosts.h"
#include "core/net/resolv_conf.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

constexpr const char* kHosts = "hosts";
constexpr const char* kHostname = "hostname";
constexpr const char* kResolvConf = "resolv.conf";
constexpr const char* kContainerEnv = ".containerenv";
constexpr const char* kLocaltime = "localtime";

// Written in place once it exists: the container's mount is of the file, not of its name.
void write_in_place(const fs::path& path, const std::string& text) {
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
  write_all(fd.get(), text, path.string());
}

void write_for(const model::ContainerConfig& config, const fs::path& path,
               const std::string& text) {
  write_in_place(path, text);
  give_to_container(config, path);
}

// Every value under this key in the answers of all networks.
std::vector<std::string> from_status(const Json& status, const char* key) {
  std::vector<std::string> values;
  for (const auto& [network, answer] : status.items()) {
    for (const Json& value : answer.value(key, Json::array())) {
      values.push_back(value.get<std::string>());
    }
  }
  return values;
}

// Addresses without prefix and gateways of all interfaces.
void addresses_of(const Json& status, std::vector<std::string>& own, std::string& gateway) {
  for (const auto& [network, answer] : status.items()) {
    const Json interfaces = answer.value("interfaces", Json::object());
    for (const auto& [name, interface] : interfaces.items()) {
      for (const Json& subnet : interface.value("subnets", Json::array())) {
        const std::string address = subnet.value("ipnet", "");
        own.push_back(address.substr(0, address.find('/')));
        if (gateway.empty()) {
          gateway = subnet.value("gateway", "");
        }
      }
    }
  }
}

std::string hosts_text(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  net::HostsInput input;
  input.base = read_file_if_exists("/etc/hosts").value_or("");
  input.extra = config.network.extra_hosts;
  addresses_of(context.state.network_status, input.own_ips, input.host_ip);
  if (config.network.mode == model::NetworkMode::kBridge && input.own_ips.empty()) {
    // Written before the network is there, and again after it.
    std::erase_if(input.extra,
                  [](const std::string& entry) { return entry.ends_with(":host-gateway"); });
  } else if (input.host_ip.empty()) {
    input.host_ip = net::local_address();  // no gateway that is the host
  }
  const std::string hostname = hostname_of(context);
  if (!hostname.empty()) {
    input.own_names = {hostname, config.name};
  }
  if (input.own_ips.empty() && !hostname.empty()) {
    input.own_ips = {"127.0.1.1"};
  }
  return net::make_hosts(input);
}

std::string resolv_conf_text(const StepContext& context) {
  const model::NetworkConfig& network = context.config.network;
  net::ResolvConfInput input;
  input.host = net::read_host_resolv_conf();
  input.servers = network.dns_servers;
  input.search = network.dns_search;
  input.options = network.dns_options;
  input.network_servers = from_status(context.state.network_status, "dns_server_ips");
  input.network_search = from_status(context.state.network_status, "dns_search_domains");
  input.own_network = network.mode == model::NetworkMode::kBridge;
  return net::make_resolv_conf(input);
}

// --dns none: the image's own file stays.
bool keeps_image_resolv_conf(const model::ContainerConfig& config) {
  const std::vector<std::string>& servers = config.network.dns_servers;
  return std::find(servers.begin(), servers.end(), "none") != servers.end();
}

// The zone as a file, for images without a database of zones. "local": the host's.
std::optional<std::string> localtime_of(const model::ContainerConfig& config) {
  if (config.timezone.empty()) {
    return std::nullopt;
  }
  return read_file_if_exists(config.timezone == "local"
                                 ? fs::path("/etc/localtime")
                                 : fs::path("/usr/share/zoneinfo") / config.timezone);
}

std::string container_env_text(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  return "engine=\"gantry\"\nname=\"" + config.name + "\"\nid=\"" + config.id + "\"\nimage=\"" +
         config.image_name + "\"\nimageid=\"" + config.image_id + "\"\nrootless=0\n";
}

bool has_network_files(const model::ContainerConfig& config) {
  return config.network.mode != model::NetworkMode::kContainer;
}

// Who shares another's network shares its files.
fs::path files_folder(const StepContext& context) {
  const bool own = has_network_files(context.config);
  return context.engine.layout.files(own ? context.config.id
                                         : context.config.network.mode_value);
}

}  // namespace

void write_container_files(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  const fs::path own = context.engine.layout.files(config.id);
  write_for(config, own / kContainerEnv, container_env_text(context));
  if (const auto zone = localtime_of(config)) {
    write_for(config, own / kLocaltime, *zone);
  }
  if (has_network_files(config)) {
    const std::string hostname = hostname_of(context);
    if (!hostname.empty()) {
      write_for(config, own / kHostname, hostname + "\n");
    }
    update_network_files(context);
  }
  label_for_container(config, own);
}

void update_network_files(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  const fs::path own = context.engine.layout.files(config.id);
  if (config.network.manage_hosts) {
    write_for(config, own / kHosts, hosts_text(context));
  }
  if (!keeps_image_resolv_conf(config)) {
    write_for(config, own / kResolvConf, resolv_conf_text(context));
  }
  label_for_container(config, own);
}

std::map<std::string, std::string> container_files(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  const fs::path shared = files_folder(context);
  std::map<std::string, std::string> files;
  const auto add = [&](const fs::path& folder, const char* name, const char* destination) {
    if (gantry::exists(folder / name)) {
      files[destination] = folder / name;
    }
  };
  add(shared, kHosts, "/etc/hosts");
  add(shared, kHostname, "/etc/hostname");
  add(shared, kResolvConf, "/etc/resolv.conf");
  add(context.engine.layout.files(config.id), kContainerEnv, "/run/.containerenv");
  add(context.engine.layout.files(config.id), kLocaltime, "/etc/localtime");
  const std::string& shm_owner = config.ipc.mode == "container" ? config.ipc.value : config.id;
  if (gantry::exists(context.engine.layout.shm(shm_owner))) {
    files["/dev/shm"] = context.engine.layout.shm(shm_owner);
  }
  return files;
}

}  // namespace gantry::lifecycle
