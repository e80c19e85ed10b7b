// SPDX-License-Identifier: Apache-2.0
//
// Values: limits on what a container may use. nullopt stands for "not asked".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/json_fields.h"

namespace nlohmann {
template <typename T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& value) {
    j = value ? json(*value) : json(nullptr);
  }
  static void from_json(const json& j, std::optional<T>& value) {
    value = j.is_null() ? std::nullopt : std::optional<T>(j.get<T>());
  }
};
}  // namespace nlohmann

namespace gantry::model {

struct Ulimit {
  std::string name;  // "nofile"
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  friend bool operator==(const Ulimit&, const Ulimit&) = default;
};
GANTRY_DECLARE_JSON(Ulimit)

struct ThrottleDevice {
  std::string path;
  std::uint64_t rate = 0;
  friend bool operator==(const ThrottleDevice&, const ThrottleDevice&) = default;
};
GANTRY_DECLARE_JSON(ThrottleDevice)

struct Resources {
  std::optional<std::int64_t> memory;              // bytes
  std::optional<std::int64_t> memory_reservation;  // bytes
  std::optional<std::int64_t> memory_swap;         // bytes, memory + swap; -1 unlimited
  std::optional<std::uint64_t> memory_swappiness;  // 0..100
  std::optional<bool> oom_kill_disable;
  std::optional<double> cpus;
  std::optional<std::uint64_t> cpu_shares;
  std::optional<std::uint64_t> cpu_period;  // microseconds
  std::optional<std::int64_t> cpu_quota;    // microseconds
  std::optional<std::int64_t> cpu_rt_period;
  std::optional<std::int64_t> cpu_rt_runtime;
  std::string cpuset_cpus;
  std::string cpuset_mems;
  std::optional<std::int64_t> pids_limit;  // -1 unlimited
  std::optional<std::uint16_t> blkio_weight;
  std::vector<ThrottleDevice> device_read_bps;
  std::vector<ThrottleDevice> device_write_bps;
  std::vector<ThrottleDevice> device_read_iops;
  std::vector<ThrottleDevice> device_write_iops;
  friend bool operator==(const Resources&, const Resources&) = default;
};
GANTRY_DECLARE_JSON(Resources)

}  // namespace gantry::model
