// SPDX-License-Identifier: Apache-2.0
//
// Values: what a container is doing. The states are libpod's; which verb may move which is
// told by core/lifecycle/state_machine.h.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/container_config.h"
#include "core/model/json_fields.h"

namespace gantry::model {

enum class Status {
  kUnknown,     // could not be found out
  kCreating,    // being created; nothing may be relied on
  kConfigured,  // a record and a root file system, nothing in the runtime
  kCreated,     // exists in the runtime, not started
  kRunning,
  kPaused,
  kStopped,  // ended, still in the runtime
  kExited,   // ended and cleaned up
  kRemoving,
};
GANTRY_DECLARE_JSON(Status)
// The word itself; podman shows "created" for a configured container.
[[nodiscard]] std::string_view name_of(Status status);
// Its processes live, if only frozen.
[[nodiscard]] constexpr bool runs(Status status) {
  return status == Status::kRunning || status == Status::kPaused;
}

struct ContainerState {
  Status status = Status::kConfigured;
  int pid = 0;
  int monitor_pid = 0;
  std::string boot_id;  // of the boot that pid and mounts belong to
  int exit_code = 0;
  bool oom_killed = false;
  bool stopped_by_user = false;
  bool freezing = false;        // somebody began to freeze or thaw it: only the runtime knows
  bool checkpointing = false;   // its end is asked for, and --rm does not act on it
  bool remove_volumes = false;  // removing: its anonymous volumes go too
  unsigned restart_count = 0;
  std::int64_t started_ns = 0;  // 0: never
  std::int64_t finished_ns = 0;
  std::int64_t checkpointed_ns = 0;
  std::int64_t restored_ns = 0;
  std::string error;        // why it could not be started, or what was lost
  std::string mount_point;  // of the root file system, while mounted
  std::string netns_path;
  std::string cgroup_path;
  Json network_status = Json::object();  // by network, as the network port answered
};
GANTRY_DECLARE_JSON(ContainerState)

// What ps prints of a container without reading its whole configuration.
struct ContainerBrief {
  std::string id;
  std::string name;
  std::string image_id;
  std::string image_name;
  std::vector<std::string> argv;
  std::int64_t created_ns = 0;
  std::map<std::string, std::string> labels;
  std::vector<PortMapping> ports;
  std::vector<std::string> networks;
  std::vector<std::string> mounts;          // destinations
  std::vector<std::string> mounted_images;  // their ids, beside image_id
  std::vector<std::string> depends_on;
  bool auto_remove = false;
  bool health = false;  // has a health check
  IdMapping id_mapping;
};
GANTRY_DECLARE_JSON(ContainerBrief)
[[nodiscard]] ContainerBrief brief_of(const ContainerConfig& config);

}  // namespace gantry::model
