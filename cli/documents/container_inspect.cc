// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/container_inspect.h"

#include <algorithm>

#include "cli/human.h"
#include "core/spec/capabilities.h"

namespace gantry::cli {
namespace {

// Those of the process: a user that is not root gets no more than was added by name. Who a
// name is only the image knows; a name other than root counts as somebody else.
std::vector<std::string> effective_of(const model::ContainerConfig& config,
                                      const spec::HostFacts& host,
                                      const std::vector<std::string>& bounding) {
  const std::string user = config.process.user.substr(0, config.process.user.find(':'));
  return user.empty() || user == "0" || user == "root"
             ? bounding
             : spec::merge_capabilities({}, config.security.cap_add, {}, host);
}

std::vector<std::string> capabilities_of(const model::ContainerConfig& config,
                                         const spec::HostFacts& host) {
  const model::SecurityConfig& security = config.security;
  return security.privileged
             ? spec::all_capabilities(host)
             : spec::merge_capabilities(spec::default_capabilities(), security.cap_add,
                                        security.cap_drop, host);
}

OrderedJson list_or_null(const std::vector<std::string>& list) {
  return list.empty() ? OrderedJson() : OrderedJson(list);
}

OrderedJson health_state(const health::Record& health) {
  OrderedJson log = OrderedJson::array();
  for (const health::Check& check : health.log) {
    log.push_back({{"Start", rfc3339_nano(check.start_ns)},
                   {"End", rfc3339_nano(check.end_ns)},
                   {"ExitCode", check.exit_code},
                   {"Output", check.output}});
  }
  return {{"Status", health.status},
          {"FailingStreak", health.failing_streak},
          {"Log", log.empty() ? OrderedJson() : log}};
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
                   {"CgroupPath", state.pid == 0 ? "" : state.cgroup_path},
                   {"CheckpointedAt", rfc3339_nano(state.checkpointed_ns)},
                   {"RestoredAt", rfc3339_nano(state.restored_ns)}};
  if (state.restored_ns != 0) {
    json["Restored"] = true;
  }
  if (container.health) {
    json["Health"] = health_state(*container.health);
  } else if (health::has_check(container.config.health)) {
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
      {"OCIConfigPath",
       state.started_ns == 0 ? "" : (layout.bundle(config.id) / "config.json").string()},
      {"OCIRuntime", config.backends.runtime},
      {"ConmonPidFile", layout.monitor_pid_file(config.id).string()},
      {"PidFile", layout.pid_file(config.id).string()},
      {"Name", config.name},
      {"RestartCount", state.restart_count},
      {"Driver", config.backends.storage},
      {"MountLabel", config.security.mount_label},
      {"ProcessLabel", config.security.process_label},
      {"AppArmorProfile", config.security.apparmor_profile},
      {"EffectiveCaps", list_or_null(effective_of(config, facts.host, caps))},
      {"BoundingCaps", list_or_null(caps)},
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
  json["SizeRw"] = facts.size ? OrderedJson(facts.size->writable) : OrderedJson();
  json["SizeRootFs"] = facts.size ? OrderedJson(facts.size->whole) : OrderedJson();
  return json;
}

OrderedJson container_without_empties(OrderedJson view) {
  const auto drop = [](OrderedJson& json, const char* member) {
    const OrderedJson& value = json[member];
    const bool nothing = value.is_string() ? value.get_ref<const std::string&>().empty()
                                           : value.empty() || value == 0 || value == false;
    if (nothing) {
      json.erase(member);
    }
  };
  view.erase("ID");
  if (view["SizeRw"].is_null()) {
    view.erase("SizeRw");
    view.erase("SizeRootFs");
  }
  drop(view, "OCIConfigPath");
  for (const char* member : {"ConmonPid", "Checkpointed", "CgroupPath"}) {
    drop(view["State"], member);
  }
  drop(view["GraphDriver"]["Data"], "MergedDir");
  drop(view["Config"], "Healthcheck");
  drop(view["Config"], "Timezone");
  drop(view["HostConfig"], "Init");
  drop(view["NetworkSettings"], "Networks");
  drop(view["HostConfig"], "IDMappings");
  return view;
}

}  // namespace gantry::cli
