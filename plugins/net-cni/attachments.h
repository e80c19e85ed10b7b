// SPDX-License-Identifier: Apache-2.0
//
// One attachment of one namespace to one network: attach, check, detach. Detaching works
// from the record, from the network's file when there is no record, and with the namespace
// gone. Any thread and process; one attachment belongs to one caller at a time.
#pragma once

#include <gantry/plugin/net.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugins/net-cni/invoker.h"
#include "plugins/net-cni/network_rules.h"
#include "plugins/net-cni/networks.h"
#include "plugins/net-cni/record.h"
#include "plugins/net-cni/result.h"

namespace gantry::net_cni {

class Attachments {
 public:
  Attachments(plugin::Host host, const Networks& networks, const Invoker& invoker,
              const NetworkRules& rules);

  // Makes the network's rules stand beside ADD. On failure detach undoes it.
  [[nodiscard]] Result attach(const Conflist& list, const plugin::NetRequest& request,
                              const plugin::Attachment& attachment,
                              const std::vector<plugin::PortMapping>& ports) const;
  // Never attached counts as done.
  void detach(const plugin::NetRequest& request, const plugin::Attachment& attachment) const;
  void detach(const Record& record) const;
  // kNotFound when there is no finished attachment.
  void check(const plugin::NetRequest& request, const plugin::Attachment& attachment) const;

  // Of one network, or of all when it is empty.
  [[nodiscard]] std::vector<Record> records(const std::string& network) const;
  [[nodiscard]] std::filesystem::path lease_dir(const std::string& network) const;
  // Records and leases of a network that is being removed.
  void forget_network(const std::string& network) const;

 private:
  [[nodiscard]] const RecordFolder& folder_of(bool own) const { return own ? run_ : data_; }
  [[nodiscard]] std::optional<Record> find(const RecordKey& key) const;
  void tailor(Conflist& list, const std::vector<plugin::PortMapping>& ports) const;
  void claim_bridge(const Conflist& list) const;
  void mark_bridge(const Conflist& list) const;
  void announce(const Conflist& list, const Record& record) const;
  void ensure_rules(const Conflist& list) const;
  void detach_own_bridge(const Record& record, bool alive) const;

  plugin::Host host_;
  const Networks& networks_;
  const Invoker& invoker_;
  const NetworkRules& rules_;
  RecordFolder run_;
  RecordFolder data_;
};

}  // namespace gantry::net_cni
