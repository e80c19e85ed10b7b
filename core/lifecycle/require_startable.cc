// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/require_startable.h"

#include <filesystem>

#include "core/lifecycle/cpu_list.h"
#include "core/net/network_option.h"
#include "core/spec/apparmor.h"
#include "core/spec/spec.h"
#include "sdk/support/files.h"
#include "sdk/support/ip.h"

namespace gantry::lifecycle {

namespace {

// Each is loaded: without one of them there would be nobody to undo what the others did.
void require_backends(engine::Engine& engine, const model::ContainerConfig& config) {
  const std::string& runtime = config.backends.runtime;
  (void)engine.backends.runtime(runtime);
  if (runtime.find('/') != std::string::npos && !gantry::exists(runtime)) {
    throw Error(Code::kNotFound, "OCI runtime \"" + runtime + "\" not found: no such file");
  }
  (void)engine.backends.storage(config.backends.storage);
  if (config.network.mode == model::NetworkMode::kBridge) {
    (void)engine.backends.network(config.backends.network);
  }
}

// The default network is made when it is first used.
void require_networks(engine::Engine& engine, const model::ContainerConfig& config) {
  if (config.network.mode != model::NetworkMode::kBridge) {
    return;
  }
  for (const model::NetworkAttachment& attachment : config.network.attachments) {
    if (attachment.network != engine.settings.default_network) {
      (void)engine.backends.network(config.backends.network).inspect(attachment.network);
    }
  }
}

void require_files(const engine::Engine& engine, const model::ContainerConfig& config) {
  if (!config.rootfs.empty() && !gantry::exists(config.rootfs)) {
    throw Error(Code::kNotFound, "stat " + config.rootfs + ": no such file or directory");
  }
  if (!config.timezone.empty() && config.timezone != "local") {
    const std::filesystem::path zone =
        std::filesystem::path("/usr/share/zoneinfo") / config.timezone;
    if (!gantry::exists(zone)) {
      throw Error(Code::kNotFound, "stat " + zone.string() +
                                       ": no such file or directory: time zones are named "
                                       "like Europe/Paris");
    }
  }
  if (config.process.init) {
    (void)spec::find_init_program(config.process.init_path.empty()
                                      ? engine.settings.init_program
                                      : config.process.init_path);
  }
}

// What the kernel makes of it only a start tells.
void require_profile(const model::SecurityConfig& security) {
  const std::string& profile = security.apparmor_profile;
  if (spec::is_profile_file(profile) && !gantry::exists(profile)) {
    throw Error(Code::kNotFound, "apparmor profile " + profile + ": no such file or directory");
  }
}

void require_cpus(const model::Resources& resources) {
  const auto require = [](const std::string& asked, const char* what, const char* file) {
    const std::string there = read_file_if_exists(file).value_or("");
    if (!asked.empty() && !there.empty() && !is_within(asked, there)) {
      throw Error(Code::kInvalid, std::string("requested ") + what +
                                      " are not available - requested " + asked +
                                      ", available: " + there.substr(0, there.find('\n')));
    }
  };
  require(resources.cpuset_cpus, "CPUs", "/sys/devices/system/cpu/online");
  require(resources.cpuset_mems, "memory nodes", "/sys/devices/system/node/online");
}

// It is appended to the folders of cgroups, and what is below it is removed in the end.
void require_cgroup_parent(const std::string& parent) {
  for (const std::filesystem::path& part : std::filesystem::path(parent)) {
    if (part == "..") {
      throw Error(Code::kInvalid, "invalid cgroup parent \"" + parent +
                                      "\": give a path below /sys/fs/cgroup without \"..\"");
    }
  }
}

// They become arguments of the network's plug-ins.
void require_addresses(const model::NetworkConfig& network) {
  for (const model::NetworkAttachment& attachment : network.attachments) {
    for (const std::string& ip : attachment.static_ips) {
      (void)parse_ip(ip);
    }
    if (!attachment.static_mac.empty()) {
      (void)net::parse_mac(attachment.static_mac);
    }
  }
}

// Nothing was asked for that could be wrong: the usual case, which pays nothing.
bool is_plain(const model::ContainerConfig& config) {
  const model::SecurityConfig& security = config.security;
  return config.ulimits.empty() && config.devices.empty() &&
         config.device_cgroup_rules.empty() && config.sysctl.empty() &&
         config.resources == model::Resources{} && security.cap_add.empty() &&
         security.cap_drop.empty() && security.seccomp_profile.empty() &&
         security.apparmor_profile.empty();
}

void require_spec(const model::ContainerConfig& config) {
  if (is_plain(config)) {
    return;
  }
  const spec::HostFacts host = spec::probe_host();
  spec::SpecInput input(config, host);
  spec::require_valid(input);
}

}  // namespace

void require_startable(engine::Engine& engine, const model::ContainerConfig& config) {
  require_backends(engine, config);
  require_files(engine, config);
  require_profile(config.security);
  require_cpus(config.resources);
  require_cgroup_parent(config.cgroup_parent);
  require_addresses(config.network);
  require_spec(config);
  require_networks(engine, config);
}

}  // namespace gantry::lifecycle
