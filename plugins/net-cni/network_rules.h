// SPDX-License-Identifier: Apache-2.0
//
// Packet filter rules that belong to a network as a whole: masquerading, forwarding to and
// from its bridge, isolation from other networks. They stand in chains of their own, named
// after gantry's folder so that two engines with different folders stay apart, and are
// written all at once, so that installing them again changes nothing.
// Any thread and process.
#pragma once

#include <gantry/plugin/host.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plugins/net-cni/network_object.h"

namespace gantry::net_cni {

class NetworkRules {
 public:
  // identity: what the chain names derive from. lock_file: taken while rules are written.
  NetworkRules(plugin::Host host, const std::string& identity, std::filesystem::path lock_file);

  // Whether the rules of this network stand. Two short programs for each address family.
  [[nodiscard]] bool present(const NetworkObject& network) const;
  // Asked while no other process writes rules, so that nobody's network is forgotten.
  using Reader = std::function<std::vector<NetworkObject>()>;
  // Replaces all rules by those of these networks; a family that none of them needs loses
  // chains and jumps. Failing to forward is told as a warning, failing to masquerade is an
  // Error.
  void install(const Reader& networks) const;
  // The same if anything of this network stands.
  void drop(const NetworkObject& network, const Reader& rest) const;

  // What install feeds to iptables-restore (ip6tables-restore when v6). Pure.
  [[nodiscard]] std::string nat_text(const std::vector<NetworkObject>& networks, bool v6) const;
  [[nodiscard]] std::string filter_text(const std::vector<NetworkObject>& networks,
                                        bool v6) const;

 private:
  struct Outcome {
    bool ok = false;
    std::string words;
  };
  [[nodiscard]] Outcome iptables(bool v6, const std::vector<std::string>& args) const;
  [[nodiscard]] Outcome restore(bool v6, const std::string& text) const;
  [[nodiscard]] bool masquerades(const NetworkObject& network, bool v6) const;
  [[nodiscard]] bool forwards(const NetworkObject& network, bool v6) const;
  void write(const std::vector<NetworkObject>& networks) const;
  void uninstall_family(bool v6) const noexcept;
  [[nodiscard]] Outcome install_family(const std::vector<NetworkObject>& networks, bool v6,
                                       const std::string& table) const;

  plugin::Host host_;
  std::string nat_chain_;
  std::string forward_chain_;
  std::string isolation_chain_;
  std::filesystem::path lock_file_;
};

}  // namespace gantry::net_cni
