// SPDX-License-Identifier: Apache-2.0
//
// The networks there are: the administrator's files, which are only read, and gantry's own,
// one conflist each. Any thread and process; changes are made under a lock file.
#pragma once

#include <gantry/plugin/host.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plugins/net-cni/config.h"
#include "plugins/net-cni/conflist.h"
#include "plugins/net-cni/invoker.h"
#include "plugins/net-cni/network_object.h"
#include "sdk/support/file_lock.h"

namespace gantry::net_cni {

class Networks {
 public:
  // own_dir need not exist yet.
  Networks(plugin::Host host, const Config& config, const Invoker& invoker,
           std::filesystem::path own_dir);

  // The default network is made when it is missing. kNotFound in podman's words.
  [[nodiscard]] Conflist get(const std::string& name) const;
  // Podman's object of it. The default network is described even before it is made, and is
  // not made for that. kNotFound as get.
  [[nodiscard]] Json described(const std::string& name) const;
  [[nodiscard]] std::optional<Conflist> find(const std::string& name) const;
  // The default network's name is there even before its first use.
  [[nodiscard]] std::vector<std::string> names() const;
  // Gantry's own.
  [[nodiscard]] std::vector<NetworkObject> own() const;
  // Keeps gantry's networks from being removed while it lives; many may hold it at once.
  [[nodiscard]] FileLock hold() const;
  // The lock of whoever changes what networks there are.
  [[nodiscard]] FileLock lock() const;

  // What the request leaves out is chosen: id, bridge, subnets, gateways.
  [[nodiscard]] Conflist create(NetworkObject request) const;
  // The file alone. kPermission for the administrator's and the default network.
  [[nodiscard]] Conflist require_removable(const std::string& name) const;
  void remove_file_of(const Conflist& list) const;

  [[nodiscard]] const std::filesystem::path& own_dir() const noexcept { return own_dir_; }
  [[nodiscard]] const std::vector<ConfigDir>& dirs() const noexcept { return dirs_; }

 private:
  struct Taken {
    std::vector<std::string> names;
    std::vector<std::string> bridges;
    std::vector<Subnet> subnets;
  };
  [[nodiscard]] Taken taken() const;
  [[nodiscard]] std::string choose_bridge(const Taken& taken, int first) const;
  [[nodiscard]] Subnet choose_v4_subnet(const Taken& taken, int prefix) const;
  [[nodiscard]] Subnet choose_v6_subnet(const Taken& taken) const;
  void choose_subnets(NetworkObject& network, const Taken& taken) const;
  [[nodiscard]] std::string choose_version(const NetworkObject& network) const;
  [[nodiscard]] NetworkObject plan_default(const Taken& taken) const;
  [[nodiscard]] Conflist create_locked(NetworkObject network, const Taken& taken) const;
  [[nodiscard]] Conflist ensure_default() const;
  void warn(const std::string& message) const { host_.warn("ignoring " + message); }

  plugin::Host host_;
  const Config& config_;
  const Invoker& invoker_;
  std::filesystem::path own_dir_;
  std::vector<ConfigDir> dirs_;
};

}  // namespace gantry::net_cni
