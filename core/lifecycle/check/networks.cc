// SPDX-License-Identifier: Apache-2.0
//
// Running containers whose network is not as it was set up, and what the network keeps for
// containers that are no more.
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/network_request.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

namespace {

// Of whatever may be attached.
std::vector<ports::ValidAttachment> valid_attachments(engine::Engine& engine) {
  std::vector<ports::ValidAttachment> valid;
  for (const std::string& id : activated_containers(engine)) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(id); });
    if (config) {
      for (const model::NetworkAttachment& attachment : config->network.attachments) {
        valid.push_back({config->id, attachment.network, attachment.interface_name});
      }
    }
  }
  return valid;
}

// Container -> a network that keeps something for it, as far as the network tells.
std::map<std::string, std::string> attached_containers(engine::Engine& engine) {
  std::map<std::string, std::string> attached;
  const Json info = engine.backends.network("").info();
  const Json attachments = info.value("attachments", Json::array());
  for (const Json& attachment : attachments) {
    attached.emplace(attachment.value("container", ""), attachment.value("network", ""));
  }
  return attached;
}

void check_leftovers(engine::Engine& engine, Findings& findings) {
  const std::map<std::string, std::string> before = attached_containers(engine);
  std::set<std::string> wanted;
  for (const ports::ValidAttachment& attachment : valid_attachments(engine)) {
    wanted.insert(attachment.container_id);
  }
  // Looked at again: one that was being removed is gone by now.
  for (const auto& [id, network] : attached_containers(engine)) {
    if (before.contains(id) && !wanted.contains(id) &&
        !engine.locks.is_held(locks::Kind::kContainer, id)) {
      findings.push_back({"network", id,
                          (network.empty() ? "ports are kept"
                                           : "network " + network + " keeps an attachment") +
                              " for this container, which does not run",
                          [&engine] { collect_attachments(engine); }});
    }
  }
}

void check_running(engine::Engine& engine, Findings& findings) {
  for (const store::ContainerRow& row : list(engine)) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(row.brief.id); });
    if (!config || !model::runs(row.state.status) || config->network.attachments.empty() ||
        config->network.mode != model::NetworkMode::kBridge) {
      continue;
    }
    try {
      engine.backends.network(config->backends.network)
          .check(network_request(*config, row.state.netns_path));
    } catch (const Error& e) {
      const auto now = engine.store.read(
          [&](const store::Reader& reader) { return reader.find_state(config->id); });
      const bool same = now && now->pid == row.state.pid;
      if (same && e.code() != Code::kUnsupported && e.code() != Code::kCancelled) {
        findings.push_back(
            {"network", row.brief.id,
             std::string("its network is not as it was set up, restart it: ") + e.what()});
      }
    }
  }
}

}  // namespace

void collect_attachments(engine::Engine& engine) {
  // Whoever sets up a network waits: what is not in our list would be taken from it.
  const locks::Lock hold = engine.locks.acquire(locks::Kind::kNetwork, kAttachmentsLock,
                                                locks::LockTable::kPatience);
  engine.backends.network("").gc(valid_attachments(engine));
}

void check_networks(engine::Engine& engine, Findings& findings) {
  check_running(engine, findings);
  check_leftovers(engine, findings);
}

}  // namespace gantry::lifecycle
