// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"
#include "cli/values.h"

namespace gantry::cli {
namespace {

// DEVICE:RATE; sizes are read as bytes, counts as numbers.
std::vector<model::ThrottleDevice> throttles(const Options& options, const char* name,
                                             bool sizes) {
  std::vector<model::ThrottleDevice> devices;
  for (const std::string& entry : options.list(name)) {
    const auto colon = entry.rfind(':');
    const std::string rate = colon == std::string::npos ? "" : entry.substr(colon + 1);
    const auto bytes = sizes ? parse_size(rate) : parse_int(rate);
    if (!bytes || *bytes < 0 || !entry.starts_with("/dev/")) {
      throw Error(Code::kInvalid, "invalid --" + std::string(name) + " \"" + entry +
                                      "\": the form is /dev/NAME:RATE, with a positive rate");
    }
    devices.push_back({entry.substr(0, colon), static_cast<std::uint64_t>(*bytes)});
  }
  return devices;
}

void read_cpu(const Options& options, model::Resources& resources) {
  if (options.given("cpus")) {
    for (const char* other : {"cpu-period", "cpu-quota"}) {
      if (options.given(other)) {
        throw Error(Code::kInvalid,
                    "--" + std::string(other) + " and --cpus cannot be set together");
      }
    }
    resources.cpus = options.real("cpus");
  }
  if (options.given("cpu-shares")) {
    resources.cpu_shares = options.count("cpu-shares");
  }
  if (options.given("cpu-period")) {
    resources.cpu_period = options.count("cpu-period");
  }
  const auto optional = [&](const char* name, std::optional<std::int64_t>& into) {
    if (options.given(name)) {
      into = options.integer(name);
    }
  };
  optional("cpu-quota", resources.cpu_quota);
  optional("cpu-rt-period", resources.cpu_rt_period);
  optional("cpu-rt-runtime", resources.cpu_rt_runtime);
  resources.cpuset_cpus = options.text("cpuset-cpus");
  resources.cpuset_mems = options.text("cpuset-mems");
}

void read_memory(const Options& options, model::Resources& resources) {
  const auto optional = [&](const char* name, std::optional<std::int64_t>& into) {
    if (options.given(name)) {
      into = options.size(name);
    }
  };
  optional("memory", resources.memory);
  optional("memory-reservation", resources.memory_reservation);
  optional("memory-swap", resources.memory_swap);
  const std::int64_t swappiness = options.integer("memory-swappiness");
  if (swappiness < -1 || swappiness > 100) {
    throw Error(Code::kInvalid, "invalid value: " + std::to_string(swappiness) +
                                    ", valid memory swappiness range is 0-100");
  }
  if (swappiness >= 0) {
    resources.memory_swappiness = static_cast<std::uint64_t>(swappiness);
  }
}

void read_blkio(const Options& options, model::Resources& resources) {
  if (options.given("blkio-weight")) {
    const std::uint64_t weight = options.count("blkio-weight");
    if (weight != 0 && (weight < 10 || weight > 1000)) {
      throw Error(Code::kInvalid,
                  "invalid value for --blkio-weight: " + std::to_string(weight) +
                      ", it must be between 10 and 1000");
    }
    resources.blkio_weight = static_cast<std::uint16_t>(weight);
  }
  resources.device_read_bps = throttles(options, "device-read-bps", true);
  resources.device_write_bps = throttles(options, "device-write-bps", true);
  resources.device_read_iops = throttles(options, "device-read-iops", false);
  resources.device_write_iops = throttles(options, "device-write-iops", false);
}

}  // namespace

model::Ulimit parse_ulimit(const std::string& text) {
  if (text == "host") {
    return {text, 0, 0};  // all limits are those of the calling process
  }
  const auto pair = cut(text, '=');
  const auto limits = pair ? split(pair->second, ':') : std::vector<std::string>();
  const auto value = [](const std::string& word) -> std::optional<std::uint64_t> {
    return word == "-1" ? std::optional(~std::uint64_t{0}) : parse_uint(word);
  };
  const auto soft = limits.empty() ? std::nullopt : value(limits.front());
  const auto hard = limits.empty() ? std::nullopt : value(limits.back());
  if (!soft || !hard || limits.size() > 2 || pair->first.empty()) {
    throw Error(Code::kInvalid, "ulimit option \"" + text +
                                    "\" requires name=SOFT:HARD, failed to be parsed: "
                                    "invalid ulimit argument: " +
                                    text);
  }
  if (*soft > *hard) {
    throw Error(Code::kInvalid,
                "ulimit option \"" + text +
                    "\": ulimit soft limit must be less than or equal to hard limit");
  }
  return {pair->first, *soft, *hard};
}

model::Resources read_limits(const Options& options) {
  model::Resources limits;
  read_cpu(options, limits);
  read_memory(options, limits);
  read_blkio(options, limits);
  if (options.given("pids-limit")) {
    limits.pids_limit = options.integer("pids-limit");
  }
  return limits;
}

void read_resources(const Options& options, lifecycle::CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  config.resources = read_limits(options);
  if (options.flag("oom-kill-disable")) {
    config.resources.oom_kill_disable = true;
  }
  config.shm_size = options.size("shm-size");
  config.cgroup_parent = options.text("cgroup-parent");
  config.cgroups = options.text("cgroups");
  if (config.cgroups != "enabled" && config.cgroups != "disabled" &&
      config.cgroups != "no-conmon") {
    throw Error(Code::kInvalid, "invalid cgroup mode \"" + config.cgroups +
                                    "\": it is enabled, disabled or no-conmon");
  }
  for (const std::string& limit : options.list("ulimit")) {
    config.ulimits.push_back(parse_ulimit(limit));
  }
}

}  // namespace gantry::cli
