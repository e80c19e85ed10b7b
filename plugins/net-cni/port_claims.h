// SPDX-License-Identifier: Apache-2.0
//
// Who publishes which host port. Packets are redirected by rules, no socket stands for
// them, so the kernel itself would let two containers publish one port. A claim is a line
// in a file named after protocol and port; a probe with bind(2) finds other programs.
// Any thread and process.
#pragma once

#include <gantry/plugin/host.hpp>
#include <gantry/plugin/net.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace gantry::net_cni {

class PortClaims {
 public:
  PortClaims(plugin::Host host, std::filesystem::path folder)
      : host_(host), folder_(std::move(folder)) {}

  // All or nothing. kBusy in podman's words when another container or program has one.
  // Claims that this container already has are kept.
  void claim(const std::string& container_id,
             const std::vector<plugin::PortMapping>& ports) const;
  // Not claimed counts as done.
  void release(const std::string& container_id,
               const std::vector<plugin::PortMapping>& ports) const;
  // Ids of all containers that have a claim.
  [[nodiscard]] std::set<std::string> holders() const;
  // Drops the claims of containers for which keep answers false.
  void sweep(const std::function<bool(const std::string& container_id)>& keep) const;

 private:
  [[nodiscard]] std::vector<std::filesystem::path> files() const;
  plugin::Host host_;
  std::filesystem::path folder_;
};

}  // namespace gantry::net_cni
