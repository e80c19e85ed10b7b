// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/container_inspect.h"

#include <algorithm>

#include "cli/human.h"
#include "core/spec/capabilities.h"

namespace gantry::cli {
namespace {

std::vector<std::string> capabilities_of(const model::ContainerConfig& config,
                                         const spec::HostFacts& host) {
  const model::SecurityConfig& security = config.security;
  return security.privileged
             ? spec::all_capabilities(host)
             : spec::merge_capabilities(spec::default_capabilities(), security.cap_add,
                                        security.cap_drop, host);
}

OrderedJson size_members(const std::optional<ContainerSize>& size) {
  OrderedJson members = OrderedJson::object();
  if (size) {
    members["SizeRw"] = size->writable;
    members["SizeRootFs"] = size->whole;
  }
  return members;
}

}  // namespace

OrderedJson inspect_state(const lifecycle::Inspected& container) {
  const model::ContainerState& state = container.state;
  OrderedJson json{{"OciVersion", "1.0.2"},
                   {"Status", shown_state(state.status)},
                   {"Running", state.status == model::Status::kRunning},
                   {"Paused", state.status == model::Status::kPaused},
                   {"Restarting", false},
                   {"OOMKilled", state.oom_killed},
                   {"Dead", false},
                   {"Pid", state.pid},
                   {"ConmonPid", state.monitor_pid},
                   {"ExitCode", state.exit_code},
                   {"Error", state.error},
                   {"StartedAt", rfc3339_nano(state.started_ns)},
                   {"FinishedAt", rfc3339_nano(state.finished_ns)},
                   {"Health", {{"Status", ""}, {"FailingStreak", 0}, {"Log", nullptr}}},
                   {"Checkpointed", state.checkpointed_ns != 0},
                   {"CgroupPath", state.cgroup_path},
                   {"CheckpointedAt", rfc3339_nano(state.checkpointed_ns)},
                   {"RestoredAt", rfc3339_nano(state.restored_ns)}};
  if (!container.config.health.test.empty()) {
    json["Health"]["Status"] = "starting";
  }
  return json;
}

OrderedJson container_inspect(const lifecycle::Inspected& container,
                              const InspectFacts& facts) {
  const model::ContainerConfig& config = container.config;
  const model::ContainerState& state = container.state;
  const layout::Layout& layout = facts.layout;
  const std::vector<std::string> argv = config.process.argv();
  const std::vector<std::string> rest(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  const std::string files = layout.files(config.id);
  const std::vector<std::string> caps = capabilities_of(config, facts.host);
  OrderedJson json{
      {"Id", config.id},
      {"ID", config.id},
      {"Created", rfc3339_nano(config.created_ns)},
      {"Path", argv.empty() ? "" : argv.front()},
      {"Args", rest},
      {"State", inspect_state(container)},
      {"Image", config.image_id},
      {"ImageDigest", facts.image_digest},
      {"ImageName", config.image_name},
      {"Rootfs", config.rootfs},
      {"Pod", ""},
      {"ResolvConfPath", files + "/resolv.conf"},
      {"HostnamePath", files + "/hostname"},
      {"HostsPath", files + "/hosts"},
      {"StaticDir", layout.container_data(config.id).string()},
      {"OCIConfigPath", (layout.bundle(config.id) / "config.json").string()},
      {"OCIRuntime", config.backends.runtime},
      {"ConmonPidFile", layout.monitor_pid_file(config.id).string()},
      {"PidFile", layout.pid_file(config.id).string()},
      {"Name", config.name},
      {"RestartCount", state.restart_count},
      {"Driver", config.backends.storage},
      {"MountLabel", ""},
      {"ProcessLabel", ""},
      {"AppArmorProfile", config.security.apparmor_profile},
      {"EffectiveCaps", caps},
      {"BoundingCaps", caps},
      {"ExecIDs", facts.exec_ids},
      {"GraphDriver",
       {{"Name", config.backends.storage}, {"Data", {{"MergedDir", state.mount_point}}}}},
      {"Mounts", inspect_mounts(config, layout)},
      {"Dependencies", config.depends_on},
      {"NetworkSettings", inspect_network(container)},
      {"Namespace", ""},
      {"IsInfra", false},
      {"IsService", false},
      {"Config", inspect_config(config)},
      {"HostConfig", inspect_host_config(config, facts)}};
  json.update(size_members(facts.size));
  return json;
}

}  // namespace gantry::cli
