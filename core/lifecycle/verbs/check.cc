// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/check.h"

#include "core/engine/data_mark.h"
#include "core/image/layer_gc.h"
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/image_choice.h"

namespace gantry::lifecycle {

namespace {

struct Check {
  const char* subject;
  void (*look)(engine::Engine&, Findings&);
};
constexpr Check kChecks[] = {
    {"state store", check_store},
    {"records", check_lost_records},
    // Processes first, so that what they hold is free for what comes after.
    {"monitors", check_monitors},
    {"containers", check_containers},
    {"cgroups", check_cgroups},
    {"run files", check_run_files},
    {"temporary files", check_temporaries},
    {"mounts", check_mounts},
    {"layers", check_layers},
    {"volumes", check_volumes},
    {"secrets", check_secrets},
    {"networks", check_networks},
    {"exec sessions", check_execs}};

// One that fails does not keep the others from being made.
Findings look(engine::Engine& engine, const Check& check) {
  Findings findings;
  try {
    check.look(engine, findings);
  } catch (const Error& e) {
    if (e.code() == Code::kCancelled) {
      throw;
    }
    findings.push_back(
        {"check", check.subject, std::string("these cannot be looked at: ") + e.what()});
  }
  return findings;
}

constexpr Check kCollections[] = {
    {"leftovers of networks",
     [](engine::Engine& engine, Findings&) { collect_attachments(engine); }},
    {"leftovers of images", [](engine::Engine& engine, Findings&) {
       (void)image::collect_garbage(image_context(engine));
     }}};

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

}  // namespace

std::vector<CheckResult> check(engine::Engine& engine, bool repair) {
  std::vector<CheckResult> results;
  if (const auto why = engine::why_foreign(engine.layout, engine.store)) {
    // To it all that lies there is of nobody.
    return {{"store", "state store", *why}};
  }
  for (const Check& each : kChecks) {
    for (const Finding& finding : look(engine, each)) {
      results.push_back(settle(finding, repair));
    }
  }
  if (repair) {
    // What these keep to themselves: addresses, rules, staging, trash.
    for (const Check& each : kCollections) {
      for (const Finding& finding : look(engine, each)) {
        results.push_back(settle(finding, false));
      }
    }
  }
  return results;
}

}  // namespace gantry::lifecycle
