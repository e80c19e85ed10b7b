// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/attachments.h"

#include <algorithm>
#include <future>

#include "plugins/net-cni/chain.h"
#include "plugins/net-cni/json_read.h"
#include "plugins/net-cni/leases.h"
#include "plugins/net-cni/leftovers.h"
#include "plugins/net-cni/links.h"
#include "sdk/support/files.h"

namespace gantry::net_cni {

using plugin::Attachment;
using plugin::NetRequest;
using plugin::PortMapping;

namespace {

std::string bridge_of(const Conflist& list) {
  const Json& first = list.plugins.front();
  return first["type"] == "bridge" ? text_in(first, "bridge") : "";
}

std::string alias_of(const Conflist& list) { return "gantry:" + list.path.string(); }

// What was asked for by name must be what came.
void require_static(const Result& result, const Attachment& attachment) {
  for (const std::string& ip : attachment.static_ips) {
    const bool given =
        std::any_of(result.addresses.begin(), result.addresses.end(), [&](const Address& a) {
          return find_ip(a.ipnet.substr(0, a.ipnet.find('/'))) == find_ip(ip);
        });
    if (!given) {
      throw Error(Code::kUnsupported, "network " + attachment.network +
                                          " does not give out the requested address " + ip);
    }
  }
}

}  // namespace

Attachments::Attachments(plugin::Host host, const Networks& networks, const Invoker& invoker,
                         const NetworkRules& rules)
    : host_(host),
      networks_(networks),
      invoker_(invoker),
      rules_(rules),
      run_(std::filesystem::path(host.run_dir()) / "records"),
      data_(std::filesystem::path(host.data_dir()) / "records") {}

std::filesystem::path Attachments::lease_dir(const std::string& network) const {
  return std::filesystem::path(host_.run_dir()) / "leases" / network;
}

std::vector<Record> Attachments::records(const std::string& network) const {
  const auto on_bad = [this](const std::string& bad) { host_.warn("ignoring " + bad); };
  std::vector<Record> all = run_.list(network, on_bad);
  std::vector<Record> more = data_.list(network, on_bad);
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

std::optional<Record> Attachments::find(const RecordKey& key) const {
  for (const RecordFolder* folder : {&run_, &data_}) {
    try {
      if (auto record = folder->find(key)) {
        return record;
      }
    } catch (const Error& error) {
      host_.warn(std::string("ignoring ") + error.what());
    }
  }
  return std::nullopt;
}

// Of a network of our own, what this attachment has no use for is left out of the chain, and
// leases live where a reboot clears them.
void Attachments::tailor(Conflist& list, const std::vector<PortMapping>& ports) const {
  std::erase_if(list.plugins, [&](const Json& plugin) {
    return plugin["type"] == "portmap" && ports.empty();
  });
  for (Json& plugin : list.plugins) {
    if (text_in(object_in(plugin, "ipam"), "type") == "host-local") {
      plugin["ipam"]["dataDir"] = lease_dir(list.name).parent_path().string();
    }
  }
}

void Attachments::claim_bridge(const Conflist& list) const {
  const std::string bridge = bridge_of(list);
  const std::string alias = link_alias(bridge);
  if (!alias.empty() && alias != alias_of(list)) {
    throw Error(Code::kBusy, "bridge " + bridge + " of network " + list.name +
                                 " belongs to another engine (" + alias +
                                 "); remove that bridge or recreate the network");
  }
}

void Attachments::mark_bridge(const Conflist& list) const {
  const std::string bridge = bridge_of(list);
  try {
    if (link_alias(bridge).empty()) {
      set_link_alias(bridge, alias_of(list));
    }
  } catch (const Error& error) {
    host_.debug(std::string("ignoring: ") + error.what());
  }
}

void Attachments::ensure_rules(const Conflist& list) const {
  try {
    if (!rules_.present(network_of(list))) {
      rules_.install([this] { return networks_.own(); });
    }
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) {
      throw Error(Code::kUnsupported, "masquerading for network " + list.name + ": " +
                                          error.what() +
                                          "; install it or use an internal network");
    }
    throw;
  }
}

Result Attachments::attach(const Conflist& list, const NetRequest& request,
                           const Attachment& attachment,
                           const std::vector<PortMapping>& ports) const {
  Conflist used = list;
  if (used.own) {
    tailor(used, ports);
    claim_bridge(used);
  }
  Record record = make_record(used, request, attachment, ports);
  if (find(record.key)) {
    // Left by someone who died; its leases and rules would be taken for ours.
    detach(request, attachment);
  }
  announce(list, record);
  std::future<void> rules;
  if (used.own && !bridge_of(used).empty()) {
    rules = std::async(std::launch::async, [&] { ensure_rules(list); });
  }
  add_chain(invoker_, folder_of(used.own), record);
  if (rules.valid()) {
    rules.get();
    mark_bridge(used);
  }
  Result result = parse_result(record.result, "answer of network " + list.name);
  require_static(result, attachment);
  return result;
}

// From here on the network is in use. Whoever removes networks sees either this record, or
// we see that the file is gone.
void Attachments::announce(const Conflist& list, const Record& record) const {
  const FileLock hold = networks_.hold();
  if (!gantry::exists(list.path)) {
    throw Error(Code::kNotFound, "unable to find network with name or ID " + list.name +
                                     ": it was removed just now: network not found");
  }
  folder_of(list.own).put(record);
}

// Deleting the host's end of the veth takes the container's end with it and needs no
// namespace; the kernel's wait for it runs beside the plug-ins.
void Attachments::detach_own_bridge(const Record& record, bool alive) const {
  const auto link = host_link(record);
  const bool ours = link && link_mac(link->name) == link->mac;
  std::future<void> gone;
  if (ours) {
    gone = std::async(std::launch::async, [&] { delete_link(link->name); });
  }
  del_chain(invoker_, record, ours || !alive ? "" : record.netns_path);
  if (gone.valid()) {
    gone.get();
  }
}

void Attachments::detach(const Record& record) const {
  const bool alive = is_network_namespace(record.netns_path);
  const bool own_bridge =
      record.own && !record.plugins.empty() && record.plugins.front()["type"] == "bridge";
  if (own_bridge && !record.result.is_null()) {
    detach_own_bridge(record, alive);
  } else {
    del_chain(invoker_, record, alive ? record.netns_path : "");
    if (!alive) {
      remove_leftovers(record);
    }
  }
  folder_of(record.own).remove(record.key);
  if (!record.complete) {
    folder_of(record.own).remove_unfinished(record.key);
    if (record.own) {
      // host-local that was killed when it had made its lease and not yet written whose it is.
      free_leases(
          lease_dir(record.key.network),
          [](const std::string& container, const std::string&) { return !container.empty(); });
    }
  }
}

void Attachments::detach(const NetRequest& request, const Attachment& attachment) const {
  const RecordKey key{attachment.network, request.container_id, attachment.interface_name};
  if (auto record = find(key)) {
    if (!request.netns_path.empty()) {
      record->netns_path = request.netns_path;
    }
    detach(*record);
    return;
  }
  auto list = networks_.find(attachment.network);
  if (!list) {
    return;
  }
  if (list->own) {
    tailor(*list, request.ports);
  }
  detach(make_record(*list, request, attachment, request.ports));
}

void Attachments::check(const NetRequest& request, const Attachment& attachment) const {
  auto record = find({attachment.network, request.container_id, attachment.interface_name});
  if (!record || !record->complete) {
    throw Error(Code::kNotFound, "container " + request.container_id +
                                     " is not attached to network " + attachment.network);
  }
  if (!request.netns_path.empty()) {
    record->netns_path = request.netns_path;
  }
  if (!is_network_namespace(record->netns_path)) {
    throw Error(Code::kNotFound, "network namespace " + record->netns_path + " of container " +
                                     request.container_id + " is gone");
  }
  check_chain(invoker_, *record);
}

void Attachments::forget_network(const std::string& network) const {
  remove_tree(lease_dir(network));
  remove_tree(std::filesystem::path(host_.run_dir()) / "records" / network);
  remove_tree(std::filesystem::path(host_.data_dir()) / "records" / network);
}

}  // namespace gantry::net_cni
