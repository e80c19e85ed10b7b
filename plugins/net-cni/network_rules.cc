// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/network_rules.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugins/net-cni/lock_wait.h"
#include "plugins/net-cni/names.h"
#include "sdk/support/subprocess.h"

namespace gantry::net_cni {

namespace {

// Networks that reach the world through a bridge of ours.
bool is_routed(const NetworkObject& network) {
  return network.driver == "bridge" && !network.internal;
}

bool has_family(const NetworkObject& network, bool v6) {
  return std::any_of(network.subnets.begin(), network.subnets.end(),
                     [v6](const NetworkSubnet& s) { return s.subnet.base.v6 == v6; });
}

std::vector<std::string> masquerade_rule(const std::string& chain, const Subnet& subnet) {
  return {chain, "-s", to_text(subnet), "!", "-d", to_text(subnet), "-j", "MASQUERADE"};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

NetworkRules::NetworkRules(plugin::Host host, const std::string& identity,
                           std::filesystem::path lock_file)
    : host_(host), lock_file_(std::move(lock_file)) {
  const std::string prefix = "GANTRY-" + short_hash(identity);
  nat_chain_ = prefix + "-NAT";
  forward_chain_ = prefix + "-FWD";
  isolation_chain_ = prefix + "-ISO";
}

NetworkRules::Outcome NetworkRules::iptables(bool v6,
                                             const std::vector<std::string>& args) const {
  Command command;
  command.argv = {v6 ? "ip6tables" : "iptables", "-w", "30"};
  command.argv.insert(command.argv.end(), args.begin(), args.end());
  command.timeout = std::chrono::seconds(60);
  const CommandResult result = run_command(command);
  return {result.exit_code == 0, result.err};
}

NetworkRules::Outcome NetworkRules::restore(bool v6, const std::string& text) const {
  Command command;
  command.argv = {v6 ? "ip6tables-restore" : "iptables-restore", "-w", "30", "--noflush"};
  command.stdin_data = text;
  command.timeout = std::chrono::seconds(60);
  const CommandResult result = run_command(command);
  return {result.exit_code == 0, result.err};
}

std::string NetworkRules::nat_text(const std::vector<NetworkObject>& networks, bool v6) const {
  std::string text = "*nat\n:" + nat_chain_ + " - [0:0]\n";
  for (const NetworkObject& network : networks) {
    for (const NetworkSubnet& subnet : network.subnets) {
      if (is_routed(network) && subnet.subnet.base.v6 == v6) {
        text += "-A " + joined(masquerade_rule(nat_chain_, subnet.subnet)) + "\n";
      }
    }
  }
  return text + "COMMIT\n";
}

std::string NetworkRules::filter_text(const std::vector<NetworkObject>& networks,
                                      bool v6) const {
  std::string text =
      "*filter\n:" + forward_chain_ + " - [0:0]\n:" + isolation_chain_ + " - [0:0]\n";
  const auto for_each = [&](auto&& wanted, auto&& rule) {
    for (const NetworkObject& network : networks) {
      if (wanted(network) && has_family(network, v6)) {
        text += rule(network.interface_name) + "\n";
      }
    }
  };
  const auto isolated = [](const NetworkObject& network) {
    return is_routed(network) && option_is_true(network, "isolate");
  };
  // From one isolated bridge to another: dropped. Within one bridge: allowed.
  for_each(isolated, [&](const std::string& bridge) {
    return "-A " + forward_chain_ + " -i " + bridge + " ! -o " + bridge + " -j " +
           isolation_chain_;
  });
  for_each(isolated, [&](const std::string& bridge) {
    return "-A " + isolation_chain_ + " -o " + bridge + " -j DROP";
  });
  for_each(is_routed, [&](const std::string& bridge) {
    return "-A " + forward_chain_ + " -i " + bridge + " -j ACCEPT";
  });
  // Answers, and what a published port redirected.
  for_each(is_routed, [&](const std::string& bridge) {
    return "-A " + forward_chain_ + " -o " + bridge +
           " -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT";
  });
  return text + "COMMIT\n";
}

bool NetworkRules::masquerades(const NetworkObject& network, bool v6) const {
  const auto subnet =
      std::find_if(network.subnets.begin(), network.subnets.end(),
                   [v6](const NetworkSubnet& s) { return s.subnet.base.v6 == v6; });
  std::vector<std::string> args{"-t", "nat", "-C"};
  const auto rule = masquerade_rule(nat_chain_, subnet->subnet);
  args.insert(args.end(), rule.begin(), rule.end());
  return iptables(v6, args).ok;
}

bool NetworkRules::forwards(const NetworkObject& network, bool v6) const {
  return iptables(v6, {"-C", forward_chain_, "-i", network.interface_name, "-j", "ACCEPT"}).ok;
}

bool NetworkRules::present(const NetworkObject& network) const {
  const auto stands = [&](bool v6) {
    return !has_family(network, v6) || (masquerades(network, v6) && forwards(network, v6));
  };
  return !is_routed(network) || (stands(false) && stands(true));
}

NetworkRules::Outcome NetworkRules::install_family(const std::vector<NetworkObject>& networks,
                                                   bool v6, const std::string& table) const {
  const bool nat = table == "nat";
  Outcome outcome = restore(v6, nat ? nat_text(networks, v6) : filter_text(networks, v6));
  if (!outcome.ok) {
    return outcome;
  }
  const std::vector<std::string> jump{nat ? "POSTROUTING" : "FORWARD", "-j",
                                      nat ? nat_chain_ : forward_chain_};
  const auto with = [&](const char* verb) {
    std::vector<std::string> args{"-t", table, verb};
    args.insert(args.end(), jump.begin(), jump.end());
    return args;
  };
  return iptables(v6, with("-C")).ok ? Outcome{true, ""} : iptables(v6, with("-I"));
}

void NetworkRules::install(const Reader& networks) const {
  const FileLock lock = FileLock::take(lock_file_, LockMode::kExclusive, patient(host_));
  write(networks());
}

void NetworkRules::drop(const NetworkObject& network, const Reader& rest) const {
  if (!is_routed(network)) {
    return;
  }
  const FileLock lock = FileLock::take(lock_file_, LockMode::kExclusive, patient(host_));
  for (const bool v6 : {false, true}) {
    if (has_family(network, v6) && (masquerades(network, v6) || forwards(network, v6))) {
      write(rest());
      return;
    }
  }
}

void NetworkRules::write(const std::vector<NetworkObject>& networks) const {
  for (const bool v6 : {false, true}) {
    const bool needed =
        std::any_of(networks.begin(), networks.end(),
                    [v6](const NetworkObject& n) { return is_routed(n) && has_family(n, v6); });
    if (!needed) {
      uninstall_family(v6);
      continue;
    }
    if (const Outcome nat = install_family(networks, v6, "nat"); !nat.ok) {
      throw Error(Code::kIo, "set up masquerading for the bridge networks: " + nat.words +
                                 "; iptables must work here, or use an internal network");
    }
    if (const Outcome filter = install_family(networks, v6, "filter"); !filter.ok) {
      host_.warn(
          "ignoring that forwarding rules could not be written, which matters where "
          "the FORWARD policy is DROP: " +
          filter.words);
    }
  }
}

void NetworkRules::uninstall_family(bool v6) const noexcept {
  try {
    if (iptables(v6, {"-t", "nat", "-S", nat_chain_}).ok) {
      (void)iptables(v6, {"-t", "nat", "-D", "POSTROUTING", "-j", nat_chain_});
      (void)iptables(v6, {"-t", "nat", "-F", nat_chain_});
      (void)iptables(v6, {"-t", "nat", "-X", nat_chain_});
    }
    if (iptables(v6, {"-S", forward_chain_}).ok) {
      (void)iptables(v6, {"-D", "FORWARD", "-j", forward_chain_});
      (void)iptables(v6, {"-F", forward_chain_});
      (void)iptables(v6, {"-F", isolation_chain_});
      (void)iptables(v6, {"-X", forward_chain_});
      (void)iptables(v6, {"-X", isolation_chain_});
    }
  } catch (const std::exception& error) {  // where there is no ip6tables, there are no rules
    host_.debug(std::string("remove packet filter rules: ") + error.what());
  }
}

}  // namespace gantry::net_cni
