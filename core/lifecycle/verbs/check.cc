// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/check.h"

#include "core/image/layer_gc.h"
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/verbs/list.h"
#include "core/log/log.h"

namespace gantry::lifecycle {

namespace {

constexpr void (*kChecks[])(engine::Engine&, Findings&) = {
    // Processes first, so that what they hold is free for what comes after.
    check_store,  check_lost_records, check_monitors, check_containers, check_run_files,
    check_mounts, check_layers,       check_volumes,  check_networks};

CheckResult settle(const Finding& finding, bool repair) {
  CheckResult result{finding.kind, finding.object, finding.problem, finding.repair != nullptr};
  if (repair && finding.repair) {
    try {
      finding.repair();
      result.repaired = true;
    } catch (const std::exception& e) {
      result.error = e.what();
    }
  }
  return result;
}

// Addresses and rules that no container has any more: the network alone knows of them.
void collect_leases(engine::Engine& engine) {
  std::vector<ports::ValidAttachment> valid;
  for (const store::ContainerRow& row : list(engine)) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(row.brief.id); });
    if (config) {
      for (const model::NetworkAttachment& attachment : config->network.attachments) {
        valid.push_back({config->id, attachment.network, attachment.interface_name});
      }
    }
  }
  engine.backends.network("").gc(valid);
}

}  // namespace

std::vector<CheckResult> check(engine::Engine& engine, bool repair) {
  std::vector<CheckResult> results;
  for (const auto look : kChecks) {
    Findings findings;
    look(engine, findings);
    for (const Finding& finding : findings) {
      results.push_back(settle(finding, repair));
    }
  }
  if (repair) {
    collect_leases(engine);
    (void)image::collect_garbage(image_context(engine));
  }
  return results;
}

}  // namespace gantry::lifecycle
