// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/container_row.h"

#include "cli/human.h"
#include "cli/values.h"
#include "core/model/ids.h"
#include "core/net/port_spec.h"

namespace gantry::cli {
namespace {

OrderedJson ports_json(const std::vector<model::PortMapping>& ports) {
  if (ports.empty()) {
    return nullptr;
  }
  OrderedJson list = OrderedJson::array();
  for (const model::PortMapping& port : ports) {
    list.push_back({{"host_ip", port.host_ip},
                    {"container_port", port.container_port},
                    {"host_port", port.host_port},
                    {"range", port.range},
                    {"protocol", port.protocol}});
  }
  return list;
}

bool has_ended(const model::ContainerState& state) {
  return state.status == model::Status::kExited || state.status == model::Status::kStopped;
}

OrderedJson labels_json(const std::map<std::string, std::string>& labels) {
  return labels.empty() ? OrderedJson() : OrderedJson(labels);
}

std::string size_text(const std::optional<ContainerSize>& size) {
  return size ? human_size(static_cast<double>(size->writable)) + " (virtual " +
                    human_size(static_cast<double>(size->whole)) + ")"
              : "";
}

}  // namespace

OrderedJson container_json(const store::ContainerRow& row, std::int64_t now_ns,
                           const std::optional<ContainerSize>& size) {
  const auto& [brief, state] = row;
  OrderedJson json{{"AutoRemove", brief.auto_remove},
                   {"Command", brief.argv},
                   {"CreatedAt", human_ago(brief.created_ns, now_ns)},
                   {"Exited", has_ended(state)},
                   {"ExitedAt", unix_seconds(state.finished_ns)},
                   {"ExitCode", state.exit_code},
                   {"Id", brief.id},
                   {"Image", brief.image_name},
                   {"ImageID", brief.image_id},
                   {"IsInfra", false},
                   {"Labels", labels_json(brief.labels)},
                   {"Mounts", brief.mounts},
                   {"Names", {brief.name}},
                   {"Namespaces", OrderedJson::object()},
                   {"Networks", brief.networks},
                   {"Pid", state.pid},
                   {"Pod", ""},
                   {"PodName", ""},
                   {"Ports", ports_json(brief.ports)},
                   {"Size", nullptr},
                   {"StartedAt", unix_seconds(state.started_ns)},
                   {"State", shown_state(state.status)},
                   {"Status", human_status(state, now_ns)},
                   {"Created", unix_seconds(brief.created_ns)}};
  if (size) {
    json["Size"] = {{"rootFsSize", size->whole}, {"rwSize", size->writable}};
  }
  return json;
}

OrderedJson container_row(const store::ContainerRow& row, const RowStyle& style,
                          const std::optional<ContainerSize>& size) {
  const auto& [brief, state] = row;
  const auto shortened = [&](const std::string& id) {
    return style.truncate ? model::short_id(id) : id;
  };
  const std::string command = join(brief.argv, " ");
  const std::string ago = human_ago(brief.created_ns, style.now_ns);
  return {{"ID", shortened(brief.id)},
          {"Id", shortened(brief.id)},
          {"Image", brief.image_name},
          {"ImageID", shortened(brief.image_id)},
          {"Command", style.truncate ? ellipsis(command, 20) : command},
          {"Created", ago},
          {"CreatedHuman", ago},
          {"RunningFor", ago},
          {"CreatedAt", go_time(brief.created_ns)},
          {"Status", human_status(state, style.now_ns)},
          {"State", shown_state(state.status)},
          {"Ports", net::ports_to_text(brief.ports)},
          {"Names", brief.name},
          {"Labels", brief.labels},
          {"Mounts", join(brief.mounts, ",")},
          {"Networks", join(brief.networks, ",")},
          {"Size", size_text(size)},
          {"Pid", state.pid},
          {"Pod", ""},
          {"PodName", ""},
          {"AutoRemove", brief.auto_remove},
          {"Exited", has_ended(state)},
          {"ExitCode", state.exit_code},
          {"ExitedAt", unix_seconds(state.finished_ns)},
          {"StartedAt", unix_seconds(state.started_ns)},
          {"Restarts", state.restart_count},
          {"IsInfra", false}};
}

}  // namespace gantry::cli
