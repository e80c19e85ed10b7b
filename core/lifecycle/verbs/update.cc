// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/update.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/spec/host_facts.h"
#include "core/spec/spec.h"

namespace gantry::lifecycle {

namespace {

bool is_given(const Json& value) {
  return !value.is_null() &&
         !(value.is_string() && value.get_ref<const std::string&>().empty()) &&
         !(value.is_array() && value.empty());
}

bool has_cgroup(Status status) {
  return status == Status::kCreated || status == Status::kRunning || status == Status::kPaused;
}

void update_running(engine::Engine& engine, const model::ContainerConfig& config) {
  if (config.cgroups == "disabled") {
    throw Error(Code::kInvalid, "cannot update container " + config.name +
                                    ": it has no cgroup of its own (--cgroups=disabled)");
  }
  const spec::HostFacts host = spec::probe_host();
  const spec::SpecInput input(config, host);
  engine.backends.runtime(config.backends.runtime).update(config.id, spec::resources_of(input));
}

}  // namespace

model::Resources updated(const model::Resources& before, const model::Resources& changes) {
  Json merged(before);
  const Json wanted(changes);
  // Two ways to say the same: the newer word counts.
  if (changes.cpus) {
    merged["cpu_period"] = nullptr;
    merged["cpu_quota"] = nullptr;
  }
  if (changes.cpu_period || changes.cpu_quota) {
    merged["cpus"] = nullptr;
  }
  for (const auto& [name, value] : wanted.items()) {
    if (is_given(value)) {
      merged[name] = value;
    }
  }
  auto result = merged.get<model::Resources>();
  // The sum cannot stay below its part.
  if (changes.memory && !changes.memory_swap && result.memory_swap &&
      *result.memory_swap >= 0 && *result.memory_swap < *changes.memory) {
    result.memory_swap = *changes.memory;
  }
  return result;
}

std::string update(engine::Engine& engine, const std::string& name_or_id,
                   const model::Resources& changes) {
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kUpdate, name_or_id);
  container.config.resources = updated(container.config.resources, changes);
  if (has_cgroup(container.state.status)) {
    update_running(engine, container.config);
  }
  engine.store.write(durability_of(container.config),
                     [&](store::Writer& writer) { writer.update_container(container.config); });
  announce(engine, container.config, "update");
  return container.config.id;
}

}  // namespace gantry::lifecycle
