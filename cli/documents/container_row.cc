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
  OrderedJson json = OrderedJson::object();
  // A list of initializers copies each value twice; with a thousand rows that shows.
  auto& members = json.get_ref<OrderedJson::object_t&>();
  members.reserve(27);
  members.emplace_back("ID", shortened(brief.id));
  members.emplace_back("Id", shortened(brief.id));
  members.emplace_back("Image", brief.image_name);
  members.emplace_back("ImageID", shortened(brief.image_id));
  members.emplace_back("Command", style.truncate ? ellipsis(command, 20) : command);
  members.emplace_back("Created", ago);
  members.emplace_back("CreatedHuman", ago);
  members.emplace_back("RunningFor", ago);
  members.emplace_back("CreatedAt", go_time(brief.created_ns));
  members.emplace_back("Status", human_status(state, style.now_ns));
  members.emplace_back("State", shown_state(state.status));
  members.emplace_back("Ports", net::ports_to_text(brief.ports));
  members.emplace_back("Names", brief.name);
  members.emplace_back("Labels", brief.labels);
  members.emplace_back("Mounts", brief.mounts);
  members.emplace_back("Networks", join(brief.networks, ","));
  members.emplace_back("Size", size_text(size));
  members.emplace_back("Pid", state.pid);
  members.emplace_back("Pod", "");
  members.emplace_back("PodName", "");
  members.emplace_back("AutoRemove", brief.auto_remove);
  members.emplace_back("Exited", has_ended(state));
  members.emplace_back("ExitCode", state.exit_code);
  members.emplace_back("ExitedAt", unix_seconds(state.finished_ns));
  members.emplace_back("StartedAt", unix_seconds(state.started_ns));
  members.emplace_back("Restarts", state.restart_count);
  members.emplace_back("IsInfra", false);
  return json;
}

}  // namespace gantry::cli
