// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/restoration.h"

#include <chrono>

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/criu_stats.h"
#include "core/lifecycle/step.h"
#include "core/log/log.h"
#include "core/net/network_option.h"
#include "sdk/support/files.h"
#include "sdk/support/ip.h"

namespace gantry::lifecycle {

namespace {

// The first interface of the network's answer; one attachment makes one.
void take_addresses(const Json& status, const RestoreOptions& options,
                    model::NetworkAttachment& attachment) {
  const Json network = status.value(attachment.network, Json::object());
  const Json interfaces = network.value("interfaces", Json::object());
  const Json interface = interfaces.value(attachment.interface_name, Json::object());
  if (interface.empty()) {
    return;
  }
  // An archive brings them, and they become arguments of plug-ins.
  const std::string mac = options.ignore_static_mac ? "" : interface.value("mac_address", "");
  std::vector<std::string> ips;
  if (!options.ignore_static_ip) {
    const Json subnets = interface.value("subnets", Json::array());
    for (const Json& subnet : subnets) {
      const std::string address = subnet.value("ipnet", "");
      ips.push_back(to_text(parse_ip(address.substr(0, address.find('/')))));
    }
  }
  attachment.static_mac = mac.empty() ? "" : net::parse_mac(mac);
  attachment.static_ips = std::move(ips);
}

// The processes hold connections and names of the addresses that they had.
void keep_addresses(const layout::Layout& layout, const RestoreOptions& options,
                    model::ContainerConfig& config) {
  const auto text = read_file_if_exists(layout.checkpoint(config.id) / kNetworkStatus);
  if (!text) {
    return;
  }
  try {
    const Json status = parse_json(*text, kNetworkStatus);
    for (model::NetworkAttachment& attachment : config.network.attachments) {
      take_addresses(status, options, attachment);
    }
  } catch (const std::exception& e) {
    log::warning("container " + config.name + ": ignoring which addresses it had: " + e.what());
  }
}

void drop_addresses(const RestoreOptions& options, model::ContainerConfig& config) {
  for (model::NetworkAttachment& attachment : config.network.attachments) {
    if (options.ignore_static_ip) {
      attachment.static_ips.clear();
    }
    if (options.ignore_static_mac) {
      attachment.static_mac.clear();
    }
  }
}

}  // namespace

RestoreResult restore_locked(engine::Engine& engine, LockedContainer& container,
                             const RestoreOptions& options, bool same_addresses,
                             const std::function<void(store::Writer&)>& with_state) {
  const layout::Layout& layout = engine.layout;
  const std::string id = container.config.id;
  settle_checkpoint(engine, id);
  if (!has_checkpoint(layout, id)) {
    throw Error(Code::kInvalid, "a complete checkpoint for container " + container.config.name +
                                    " cannot be found, cannot restore: make one with "
                                    "container checkpoint");
  }
  if (options.tcp_established) {
    require_connections_possible(container.config);
  }
  // For this run alone: the record says what was asked for.
  if (same_addresses) {
    keep_addresses(layout, options, container.config);
  } else {
    drop_addresses(options, container.config);
  }
  const Restoration how{options.tcp_established, options.file_locks};
  StartOptions start;
  start.restoration = &how;
  start.with_state = with_state;
  const auto begun = std::chrono::steady_clock::now();
  try {
    activate(engine, container, start, ActivateTo::kRunning);
  } catch (const Error& e) {
    const Error reason = with_criu_reason(e, layout, id, "restore.log");
    if (!options.keep) {
      drop_checkpoint_logs(layout, id);
    }
    throw reason.while_doing("restore container " + container.config.name);
  }
  const auto cost = std::chrono::steady_clock::now() - begun;
  container.state.restored_ns = engine.clock.now_ns();
  container.state.restart_count = 0;
  save_state(engine, container);
  RestoreResult result;
  result.id = id;
  result.runtime_us = std::chrono::duration_cast<std::chrono::microseconds>(cost).count();
  result.criu =
      restore_figures(read_file_if_exists(layout.criu(id) / "stats-restore").value_or(""));
  if (!options.keep) {
    drop_checkpoint(layout, id);
  }
  announce(engine, container.config, "restore");
  return result;
}

}  // namespace gantry::lifecycle
