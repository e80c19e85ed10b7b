// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/spec/contributors.h"
#include "core/spec/limits.h"

namespace gantry::spec {

namespace {

constexpr std::int64_t kDefaultPids = 2048;  // podman's
constexpr std::uint64_t kPeriod = 100000;    // microseconds; the kernel's default
constexpr std::int64_t kMostMemory = std::numeric_limits<std::int64_t>::max();

// A limit without its controller is dropped with a note, as podman does.
bool has_controller(const SpecInput& input, const char* name, const char* what) {
  if (input.host.controllers.count(name) != 0) {
    return true;
  }
  note(input, std::string("Your kernel does not support ") + what +
                  " or the cgroup is not mounted. Limitation discarded.");
  return false;
}

void add_memory(const SpecInput& input, Json& resources) {
  const model::Resources& asked = input.config.resources;
  Json memory = Json::object();
  if (asked.memory) {
    memory["limit"] = *asked.memory;
  }
  if (asked.memory_reservation) {
    memory["reservation"] = *asked.memory_reservation;
  }
  if (asked.memory_swap) {
    memory["swap"] = *asked.memory_swap;
  } else if (asked.memory && *asked.memory > 0) {
    memory["swap"] = std::min(*asked.memory, kMostMemory / 2) * 2;
  }
  if (asked.memory_swappiness) {
    memory["swappiness"] = *asked.memory_swappiness;
  }
  if (asked.oom_kill_disable && *asked.oom_kill_disable) {
    memory["disableOOMKiller"] = true;
  }
  if (asked.memory && asked.memory_reservation && *asked.memory > 0 &&
      *asked.memory < *asked.memory_reservation) {
    throw Error(Code::kInvalid,
                "minimum memory limit cannot be less than memory reservation limit, see usage");
  }
  if (memory.empty() || !has_controller(input, "memory", "memory limit capabilities")) {
    return;
  }
  if (memory.contains("swap") && !input.host.swap_accounting) {
    note(input,
         "Your kernel does not support swap limit capabilities or the cgroup is not mounted. "
         "Memory limited without swap.");
    memory.erase("swap");
  }
  if (asked.memory_swap && asked.memory && *asked.memory_swap > 0 &&
      *asked.memory_swap < *asked.memory) {
    throw Error(Code::kInvalid,
                "minimum memoryswap limit should be larger than memory limit, see usage");
  }
  resources["memory"] = std::move(memory);
}

void add_cpu(const SpecInput& input, Json& resources) {
  const model::Resources& asked = input.config.resources;
  Json cpu = Json::object();
  if (asked.cpu_shares) {
    cpu["shares"] = *asked.cpu_shares;
  }
  const auto [period, quota] = cpu_period_and_quota(asked);
  if (period) {
    cpu["period"] = *period;
  }
  if (quota) {
    cpu["quota"] = *quota;
  }
  if (asked.cpu_rt_period) {
    cpu["realtimePeriod"] = *asked.cpu_rt_period;
  }
  if (asked.cpu_rt_runtime) {
    cpu["realtimeRuntime"] = *asked.cpu_rt_runtime;
  }
  if (!cpu.empty() && !has_controller(input, "cpu", "CPU limits")) {
    cpu = Json::object();
  }
  const bool sets = !asked.cpuset_cpus.empty() || !asked.cpuset_mems.empty();
  if (sets && has_controller(input, "cpuset", "cpuset")) {
    if (!asked.cpuset_cpus.empty()) {
      cpu["cpus"] = asked.cpuset_cpus;
    }
    if (!asked.cpuset_mems.empty()) {
      cpu["mems"] = asked.cpuset_mems;
    }
  }
  if (!cpu.empty()) {
    resources["cpu"] = std::move(cpu);
  }
}

Json throttles(const SpecInput& input, const std::vector<model::ThrottleDevice>& devices) {
  Json list = Json::array();
  for (const model::ThrottleDevice& device : devices) {
    const std::vector<DeviceNode> nodes = input.find_devices(device.path);
    if (nodes.size() != 1) {
      throw Error(Code::kInvalid, "could not find major and minor of device " + device.path);
    }
    list.push_back({{"major", nodes.front().major},
                    {"minor", nodes.front().minor},
                    {"rate", device.rate}});
  }
  return list;
}

void add_block_io(const SpecInput& input, Json& resources) {
  const model::Resources& asked = input.config.resources;
  Json block = Json::object();
  if (asked.blkio_weight) {
    if (input.host.blkio_weight) {
      block["weight"] = *asked.blkio_weight;
    } else {
      note(input,
           "Your kernel does not support Block I/O weight or the cgroup is not mounted. "
           "Weight discarded.");
    }
  }
  const std::pair<const char*, const std::vector<model::ThrottleDevice>*> lists[] = {
      {"throttleReadBpsDevice", &asked.device_read_bps},
      {"throttleWriteBpsDevice", &asked.device_write_bps},
      {"throttleReadIOPSDevice", &asked.device_read_iops},
      {"throttleWriteIOPSDevice", &asked.device_write_iops}};
  for (const auto& [name, devices] : lists) {
    if (!devices->empty()) {
      block[name] = throttles(input, *devices);
    }
  }
  const char* controller = input.host.cgroups == CgroupMode::kUnified ? "io" : "blkio";
  if (!block.empty() && has_controller(input, controller, "Block I/O limits")) {
    resources["blockIO"] = std::move(block);
  }
}

void add_pids(const SpecInput& input, Json& resources) {
  const std::optional<std::int64_t>& asked = input.config.resources.pids_limit;
  const std::int64_t limit = asked.value_or(kDefaultPids);
  if (input.host.controllers.count("pids") != 0) {
    // Zero and below mean "no limit", which every runtime reads from zero only.
    resources["pids"] = {{"limit", limit > 0 ? limit : 0}};
  } else if (asked) {
    (void)has_controller(input, "pids", "pids limit capabilities");
  }
}

}  // namespace

std::pair<std::optional<std::uint64_t>, std::optional<std::int64_t>> cpu_period_and_quota(
    const model::Resources& resources) {
  auto period = resources.cpu_period;
  auto quota = resources.cpu_quota;
  if (resources.cpus && *resources.cpus > 0) {
    period = period.value_or(kPeriod);
    quota = quota.value_or(std::llround(*resources.cpus * static_cast<double>(kPeriod)));
  }
  return {period, quota};
}

Json resources_of(const SpecInput& input) {
  Json resources = Json::object();
  add_memory(input, resources);
  add_cpu(input, resources);
  add_block_io(input, resources);
  add_pids(input, resources);
  return resources;
}

void add_resources(const SpecInput& input, Json& spec) {
  if (input.config.cgroups == "disabled") {
    return;
  }
  const Json limits = resources_of(input);
  for (const auto& [name, value] : limits.items()) {
    spec["linux"]["resources"][name] = value;
  }
  if (!input.cgroups_path.empty()) {
    spec["linux"]["cgroupsPath"] = input.cgroups_path;
  }
}

}  // namespace gantry::spec
