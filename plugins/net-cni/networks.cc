// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/networks.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/net-cni/links.h"
#include "plugins/net-cni/lock_wait.h"
#include "plugins/net-cni/names.h"
#include "sdk/support/digest.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/timestamp.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

void random_bytes(std::uint8_t* to, std::size_t size) {
  if (::getrandom(to, size, 0) != static_cast<ssize_t>(size)) {
    throw errno_error(errno, "read random bytes");
  }
}

std::string random_id() {
  std::array<std::uint8_t, 32> bytes{};
  random_bytes(bytes.data(), bytes.size());
  std::string id;
  for (const std::uint8_t byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

template <typename T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// A bridge of ours whose network file is gone, with nothing attached.
bool is_left_over(const std::string& bridge) {
  const std::string owner = link_alias(bridge);
  return owner.starts_with("gantry:/") && !exists(owner.substr(7)) &&
         bridge_ports(bridge).empty();
}

bool collides(const std::vector<Subnet>& taken, const Subnet& subnet) {
  return std::any_of(taken.begin(), taken.end(),
                     [&](const Subnet& other) { return overlap(other, subnet); });
}

}  // namespace

Networks::Networks(plugin::Host host, const Config& config, const Invoker& invoker,
                   fs::path own_dir)
    : host_(host), config_(config), invoker_(invoker), own_dir_(std::move(own_dir)) {
  for (const fs::path& dir : config.config_dirs) {
    dirs_.push_back({dir, false});
  }
  dirs_.push_back({own_dir_, true});
}

std::optional<Conflist> Networks::find(const std::string& name) const {
  if (!is_name(name)) {
    return std::nullopt;  // no network has such a name
  }
  return find_conflist(dirs_, name, [this](const std::string& bad) { warn(bad); });
}

Conflist Networks::get(const std::string& name) const {
  if (auto list = find(name)) {
    return std::move(*list);
  }
  if (name == config_.default_network) {
    return ensure_default();
  }
  throw Error(Code::kNotFound,
              "unable to find network with name or ID " + name + ": network not found");
}

Json Networks::described(const std::string& name) const {
  if (const auto list = find(name)) {
    return describe(*list);
  }
  if (name != config_.default_network) {
    return describe(get(name));
  }
  NetworkObject network = plan_default(taken());
  network.created = format_timestamp(now_ns());
  const std::string text = conflist_of(network, "1.0.0").dump();
  return describe(parse_conflist(text, {own_dir_, true}, own_dir_ / (name + ".conflist")));
}

std::vector<std::string> Networks::names() const {
  std::vector<std::string> names{config_.default_network};
  for (const Conflist& list :
       load_conflists(dirs_, [this](const std::string& bad) { warn(bad); })) {
    if (list.name != config_.default_network) {
      names.push_back(list.name);
    }
  }
  return names;
}

std::vector<NetworkObject> Networks::own() const {
  std::vector<NetworkObject> networks;
  const auto on_bad = [this](const std::string& bad) { warn(bad); };
  for (const Conflist& list : load_conflists({{own_dir_, true}}, on_bad)) {
    try {
      networks.push_back(network_of(list));
    } catch (const Error& error) {
      on_bad(error.what());
    }
  }
  return networks;
}

FileLock Networks::hold() const {
  make_directories(own_dir_, 0755);
  return FileLock::take(own_dir_ / "lock", LockMode::kShared, patient(host_));
}

FileLock Networks::lock() const {
  make_directories(own_dir_, 0755);
  return FileLock::take(own_dir_ / "lock", LockMode::kExclusive, patient(host_));
}

Networks::Taken Networks::taken() const {
  Taken taken;
  taken.subnets = host_routes();
  for (const Conflist& list :
       load_conflists(dirs_, [this](const std::string& bad) { warn(bad); })) {
    const Json network = describe(list);
    taken.names.push_back(list.name);
    taken.bridges.push_back(network["network_interface"].get<std::string>());
    for (const Json& subnet : network["subnets"]) {
      try {
        taken.subnets.push_back(parse_subnet(subnet.value("subnet", "")));
      } catch (const Error& error) {
        warn(list.path.string() + ": " + error.what());
      }
    }
  }
  return taken;
}

std::string Networks::choose_bridge(const Taken& taken, int first) const {
  for (int i = first; i < 10000; ++i) {
    std::string name = "gantry" + std::to_string(i);
    if (!holds(taken.bridges, name) && (!link_exists(name) || is_left_over(name))) {
      return name;
    }
  }
  throw Error(Code::kNoSpace, "no name for a bridge is free; remove unused networks");
}

Subnet Networks::choose_v6_subnet(const Taken& taken) const {
  Subnet subnet{{true, {0xfd}}, 64};
  do {
    random_bytes(subnet.base.bytes.data() + 1, 7);
  } while (collides(taken.subnets, subnet));
  return subnet;
}

Subnet Networks::choose_v4_subnet(const Taken& taken, int prefix) const {
  for (const auto& [first, last] :
       {std::pair("10.90.0.0", "10.255.255.255"), std::pair("172.20.0.0", "172.31.255.255"),
        std::pair("192.168.16.0", "192.168.255.255")}) {
    const Ip end = parse_ip(last);
    for (auto subnet = std::optional(Subnet{parse_ip(first), prefix});
         subnet && last_of(*subnet) <= end; subnet = next(*subnet)) {
      if (!collides(taken.subnets, *subnet)) {
        return *subnet;
      }
    }
  }
  throw Error(Code::kNoSpace,
              "could not find free subnet from subnet pools; give one with --subnet");
}

void Networks::choose_subnets(NetworkObject& network, const Taken& taken) const {
  for (const NetworkSubnet& subnet : network.subnets) {
    // Devices like macvlan share the parent's subnet on purpose.
    if (network.driver == "bridge" && collides(taken.subnets, subnet.subnet)) {
      throw Error(Code::kInvalid, "subnet " + to_text(subnet.subnet) +
                                      " is already used on the host or by another config");
    }
  }
  if (network.subnets.empty() && network.ipam == "host-local" && network.driver != "bridge") {
    network.ipam = "dhcp";
  }
  if (network.ipam != "host-local") {
    return;
  }
  const auto lacks = [&](bool v6) {
    return std::none_of(network.subnets.begin(), network.subnets.end(),
                        [v6](const NetworkSubnet& s) { return s.subnet.base.v6 == v6; });
  };
  const auto add = [&](bool v6) {
    NetworkSubnet subnet{
        v6 ? choose_v6_subnet(taken) : choose_v4_subnet(taken, 24), {}, {}, {}};
    complete_subnet(subnet, network.internal);
    network.subnets.push_back(subnet);
  };
  if (network.subnets.empty()) {
    add(false);
  }
  if (network.ipv6 && lacks(true)) {
    add(true);
  }
}

std::string Networks::choose_version(const NetworkObject& network) const {
  const std::vector<std::string> spoken = invoker_.versions(network.driver);
  for (const char* version : {"1.0.0", "0.4.0", "0.3.1", "0.3.0"}) {
    if (holds(spoken, std::string(version))) {
      return version;
    }
  }
  throw Error(Code::kUnsupported, "CNI plugin \"" + network.driver +
                                      "\" speaks no version from 0.3.0 to 1.0.0; install "
                                      "newer CNI plugins");
}

Conflist Networks::create_locked(NetworkObject network, const Taken& taken) const {
  if (network.name.empty()) {
    for (int i = 1; network.name.empty(); ++i) {
      const std::string name = "gantry" + std::to_string(i);
      network.name = holds(taken.names, name) ? "" : name;
    }
  }
  if (holds(taken.names, network.name)) {
    throw Error(Code::kExists,
                "network name " + network.name + " already used: network already exists");
  }
  if (network.driver == "bridge") {
    const std::string& bridge = network.interface_name;
    if (bridge.empty()) {
      network.interface_name = choose_bridge(taken, 1);
    } else if (holds(taken.bridges, bridge) || (link_exists(bridge) && !is_left_over(bridge))) {
      throw Error(Code::kExists, "bridge name " + bridge + " already in use");
    }
    if (is_left_over(network.interface_name)) {  // another engine may have made it by now
      delete_link(network.interface_name);
    }
  } else if (!network.interface_name.empty() && !link_exists(network.interface_name)) {
    throw Error(Code::kInvalid,
                "parent interface " + network.interface_name + " does not exist");
  }
  choose_subnets(network, taken);
  if (network.dns && !invoker_.installed("dnsname")) {
    warn("that names shall resolve on network " + network.name +
         ": the CNI plugin dnsname is not installed");
    network.dns = false;
  }
  if (network.id.empty()) {
    network.id = random_id();
  }
  network.created = format_timestamp(now_ns());
  const fs::path path = own_dir_ / (network.name + ".conflist");
  const std::string text = conflist_of(network, choose_version(network)).dump(2) + "\n";
  Conflist list = parse_conflist(text, {own_dir_, true}, path);
  write_file(path, text, 0644, Sync::kFile);
  return list;
}

Conflist Networks::create(NetworkObject request) const {
  const FileLock lock = this->lock();
  if (request.name == config_.default_network) {
    throw Error(Code::kExists,
                "network name " + request.name + " already used: network already exists");
  }
  return create_locked(std::move(request), taken());
}

NetworkObject Networks::plan_default(const Taken& taken) const {
  NetworkObject network;
  network.name = config_.default_network;
  network.id = sha256_hex(network.name);  // the same before it is made as after
  network.interface_name = choose_bridge(taken, 0);
  NetworkSubnet subnet{parse_subnet(config_.default_subnet), {}, {}, {}};
  if (collides(taken.subnets, subnet.subnet)) {
    try {
      subnet.subnet = choose_v4_subnet(taken, 16);
    } catch (const Error&) {
      subnet.subnet = choose_v4_subnet(taken, 24);
    }
  }
  complete_subnet(subnet, false);
  network.subnets.push_back(subnet);
  return network;
}

Conflist Networks::ensure_default() const {
  const FileLock lock = this->lock();
  if (auto list = find(config_.default_network)) {
    return std::move(*list);  // another process was faster
  }
  const Taken taken = this->taken();
  return create_locked(plan_default(taken), taken);
}

Conflist Networks::require_removable(const std::string& name) const {
  if (name == config_.default_network) {
    throw Error(Code::kPermission, "default network " + name + " cannot be removed");
  }
  Conflist list = get(name);
  if (!list.own) {
    throw Error(Code::kPermission, "network " + name + " is the administrator's: its file " +
                                       list.path.string() +
                                       " is not gantry's to remove; delete it by hand");
  }
  return list;
}

void Networks::remove_file_of(const Conflist& list) const { remove_file(list.path); }

}  // namespace gantry::net_cni
