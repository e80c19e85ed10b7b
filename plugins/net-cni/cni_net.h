// SPDX-License-Identifier: Apache-2.0
//
// The network plug-in: networks by CNI. The contract is told in <gantry/abi/network.h>.
// Files: data_dir/net.d (gantry's own networks), data_dir/records (attachments to the
// administrator's networks, whose leases survive a reboot), run_dir/records (attachments to
// gantry's own), run_dir/leases, run_dir/ports.
// Everything in here may be called from any thread and process at once.
#pragma once

#include <gantry/plugin/net.hpp>

#include <string>

#include "plugins/net-cni/attachments.h"
#include "plugins/net-cni/config.h"
#include "plugins/net-cni/invoker.h"
#include "plugins/net-cni/network_rules.h"
#include "plugins/net-cni/networks.h"
#include "plugins/net-cni/port_claims.h"

namespace gantry::net_cni {

class CniNet : public plugin::Net {
 public:
  CniNet(plugin::Host host, const std::string& config_json);

  std::string info() override;
  std::string network_create(const std::string& network_json) override;
  std::string network_inspect(const std::string& name) override;
  void network_list(const std::function<bool(std::string_view name)>& visit) override;
  void network_remove(const std::string& name) override;
  std::string setup(const plugin::NetRequest& request) override;
  void teardown(const plugin::NetRequest& request) override;
  void check(const plugin::NetRequest& request) override;
  void gc(const std::vector<plugin::ValidAttachment>& valid) override;

 private:
  [[nodiscard]] Json attachments() const;
  void undo(const plugin::NetRequest& request, std::size_t count) noexcept;

  plugin::Host host_;
  Config config_;
  Invoker invoker_;
  Networks networks_;
  NetworkRules rules_;
  PortClaims claims_;
  Attachments attachments_;
};

}  // namespace gantry::net_cni
