// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "cli/documents/container_inspect.h"
#include "cli/human.h"
#include "cli/values.h"
#include "core/spec/limits.h"
#include "core/spec/mount_options.h"

namespace gantry::cli {
namespace {

// As the runtime gets them: what was asked for, and what is added to every mount.
std::string effective_options(const model::Mount& mount) {
  return join(spec::runtime_options(spec::described(mount)), ",");
}

std::string shown_mode(const model::NamespaceMode& mode) {
  return mode.value.empty() ? mode.mode : mode.mode + ":" + mode.value;
}

// podman tells a namespace of the container's own from a joined one, and not how its ids
// were chosen.
std::string user_mode(const model::ContainerConfig& config) {
  const std::string& mode = config.user.mode;
  if (mode == "container" || mode == "ns") {
    return shown_mode(config.user);
  }
  return mode == "auto" || !config.id_mapping.empty() ? "private" : "";
}

OrderedJson mapping_of(const model::IdMapping& mapping) {
  if (mapping.empty()) {
    return OrderedJson();
  }
  const auto texts = [](const model::IdRanges& ranges) {
    OrderedJson list = OrderedJson::array();
    for (const model::IdRange& range : ranges) {
      list.push_back(model::text_of(range));
    }
    return list;
  };
  return {{"UidMap", texts(mapping.uids)}, {"GidMap", texts(mapping.gids)}};
}

// Not said: the host's under cgroup v1, which has nothing to hide, and one of its own under v2.
std::string cgroup_mode(const model::ContainerConfig& config, const spec::HostFacts& host) {
  if (!config.cgroup.mode.empty()) {
    return shown_mode(config.cgroup);
  }
  return host.cgroups == spec::CgroupMode::kUnified ? "private" : "host";
}

std::string network_mode(const model::NetworkConfig& network) {
  switch (network.mode) {
    case model::NetworkMode::kNone:
      return "none";
    case model::NetworkMode::kHost:
      return "host";
    case model::NetworkMode::kContainer:
      return "container:" + network.mode_value;
    case model::NetworkMode::kPath:
      return "ns:" + network.mode_value;
    case model::NetworkMode::kBridge:
      return "bridge";
  }
  return "";
}

OrderedJson binds_of(const model::ContainerConfig& config) {
  OrderedJson binds = OrderedJson::array();
  for (const model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kBind || mount.kind == model::MountKind::kVolume) {
      binds.push_back(mount.source + ":" + mount.destination + ":" + effective_options(mount));
    }
  }
  return binds;
}

OrderedJson tmpfs_of(const model::ContainerConfig& config) {
  OrderedJson tmpfs = OrderedJson::object();
  for (const model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kTmpfs) {
      tmpfs[mount.destination] = effective_options(mount);
    }
  }
  return tmpfs;
}

OrderedJson bindings_of(const model::NetworkConfig& network) {
  OrderedJson bindings = OrderedJson::object();
  for (const model::PortMapping& port : network.ports) {
    for (unsigned i = 0; i < port.range; ++i) {
      bindings[std::to_string(port.container_port + i) + "/" + port.protocol].push_back(
          {{"HostIp", port.host_ip}, {"HostPort", std::to_string(port.host_port + i)}});
    }
  }
  return bindings;
}

OrderedJson ulimits_of(const model::ContainerConfig& config, const spec::HostFacts& host) {
  OrderedJson limits = OrderedJson::array();
  for (const model::Ulimit& limit : spec::effective_ulimits(config, host)) {
    std::string name = "RLIMIT_" + limit.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    limits.push_back({{"Name", name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
  }
  return limits;
}

OrderedJson devices_of(const model::ContainerConfig& config) {
  OrderedJson devices = OrderedJson::array();
  for (const model::Device& device : config.devices) {
    devices.push_back({{"PathOnHost", device.host_path},
                       {"PathInContainer", device.container_path},
                       {"CgroupPermissions", device.permissions}});
  }
  return devices;
}

OrderedJson throttle_of(const std::vector<model::ThrottleDevice>& devices) {
  OrderedJson list = OrderedJson::array();
  for (const model::ThrottleDevice& device : devices) {
    list.push_back({{"Path", device.path}, {"Rate", device.rate}});
  }
  return list;
}

// All of them are null as long as none is asked for.
void add_block_io(const model::Resources& r, OrderedJson& json) {
  const bool any = r.blkio_weight || !r.device_read_bps.empty() ||
                   !r.device_write_bps.empty() || !r.device_read_iops.empty() ||
                   !r.device_write_iops.empty();
  json["BlkioWeight"] = r.blkio_weight.value_or(0);
  json["BlkioWeightDevice"] = any ? OrderedJson::array() : OrderedJson();
  const auto add = [&](const char* name, const std::vector<model::ThrottleDevice>& devices) {
    json[name] = any ? throttle_of(devices) : OrderedJson();
  };
  add("BlkioDeviceReadBps", r.device_read_bps);
  add("BlkioDeviceWriteBps", r.device_write_bps);
  add("BlkioDeviceReadIOps", r.device_read_iops);
  add("BlkioDeviceWriteIOps", r.device_write_iops);
}

void add_resources(const model::Resources& r, OrderedJson& json) {
  json["CpuShares"] = r.cpu_shares.value_or(0);
  json["Memory"] = r.memory.value_or(0);
  json["NanoCpus"] = static_cast<std::int64_t>(r.cpus.value_or(0) * 1e9);
  add_block_io(r, json);
  const auto [period, quota] = spec::cpu_period_and_quota(r);
  json["CpuPeriod"] = period.value_or(0);
  json["CpuQuota"] = quota.value_or(0);
  json["CpuRealtimePeriod"] = r.cpu_rt_period.value_or(0);
  json["CpuRealtimeRuntime"] = r.cpu_rt_runtime.value_or(0);
  json["CpusetCpus"] = r.cpuset_cpus;
  json["CpusetMems"] = r.cpuset_mems;
  json["KernelMemory"] = 0;
  json["MemoryReservation"] = r.memory_reservation.value_or(0);
  json["MemorySwap"] = r.memory_swap.value_or(r.memory.value_or(0) * 2);
  json["MemorySwappiness"] = r.memory_swappiness.value_or(0);
  json["OomKillDisable"] = r.oom_kill_disable.value_or(false);
  json["PidsLimit"] = r.pids_limit.value_or(2048);
}

}  // namespace

OrderedJson inspect_host_config(const model::ContainerConfig& config,
                                const InspectFacts& facts) {
  const model::SecurityConfig& security = config.security;
  const model::NetworkConfig& network = config.network;
  OrderedJson json{
      {"Binds", binds_of(config)},
      {"CgroupManager", "cgroupfs"},
      {"CgroupMode", cgroup_mode(config, facts.host)},
      {"ContainerIDFile", config.cid_file},
      {"LogConfig",
       {{"Type", config.log.driver},
        {"Config", nullptr},
        {"Path",
         config.log.path.empty() ? facts.layout.log(config.id).string() : config.log.path},
        {"Tag", config.log.tag},
        {"Size",
         human_size(static_cast<double>(std::max<std::int64_t>(config.log.max_size, 0)))}}},
      {"NetworkMode", network_mode(network)},
      {"PortBindings", bindings_of(network)},
      {"RestartPolicy",
       {{"Name", config.restart.name == "no" ? "" : config.restart.name},
        {"MaximumRetryCount", config.restart.max_retries}}},
      {"AutoRemove", config.auto_remove},
      {"VolumeDriver", ""},
      {"VolumesFrom", nullptr},
      {"CapAdd", security.cap_add},
      {"CapDrop", security.cap_drop},
      {"Dns", network.dns_servers},
      {"DnsOptions", network.dns_options},
      {"DnsSearch", network.dns_search},
      {"ExtraHosts", network.extra_hosts},
      {"GroupAdd", config.process.groups},
      {"IpcMode", shown_mode(config.ipc)},
      {"Cgroup", ""},
      {"Cgroups", config.cgroups == "enabled" ? "default" : config.cgroups},
      {"Links", nullptr},
      {"OomScoreAdj", config.process.oom_score_adj.value_or(0)},
      {"PidMode", shown_mode(config.pid)},
      {"Privileged", security.privileged},
      {"PublishAllPorts", false},
      {"ReadonlyRootfs", security.read_only},
      {"SecurityOpt", security.options},
      {"Tmpfs", tmpfs_of(config)},
      {"UTSMode", shown_mode(config.uts)},
      {"UsernsMode", user_mode(config)},
      {"IDMappings", mapping_of(config.id_mapping)},
      {"ShmSize", config.shm_size},
      {"Runtime", "oci"},
      {"ConsoleSize", {0, 0}},
      {"Isolation", ""},
      {"CgroupParent", config.cgroup_parent}};
  add_resources(config.resources, json);
  json["Devices"] = devices_of(config);
  json["DiskQuota"] = 0;
  json["Ulimits"] = ulimits_of(config, facts.host);
  json["CpuCount"] = 0;
  json["CpuPercent"] = 0;
  json["IOMaximumIOps"] = 0;
  json["IOMaximumBandwidth"] = 0;
  json["CgroupConf"] = nullptr;
  json["Init"] = config.process.init;
  return json;
}

}  // namespace gantry::cli
