// SPDX-License-Identifier: Apache-2.0
//
// Running containers whose network is not as it was set up.
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/network_request.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

void check_networks(engine::Engine& engine, Findings& findings) {
  for (const store::ContainerRow& row : list(engine)) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(row.brief.id); });
    const bool runs = row.state.status == model::Status::kRunning ||
                      row.state.status == model::Status::kPaused;
    if (!config || !runs || config->network.attachments.empty() ||
        config->network.mode != model::NetworkMode::kBridge) {
      continue;
    }
    try {
      engine.backends.network(config->backends.network)
          .check(network_request(*config, row.state.netns_path));
    } catch (const Error& e) {
      if (e.code() != Code::kUnsupported) {
        findings.push_back(
            {"network", row.brief.id,
             std::string("its network is not as it was set up, restart it: ") + e.what()});
      }
    }
  }
}

}  // namespace gantry::lifecycle
