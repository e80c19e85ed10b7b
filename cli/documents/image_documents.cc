// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/image_documents.h"

#include <algorithm>

#include "cli/human.h"
#include "core/image/reference.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

// A set as the image specification writes it: names with empty objects.
OrderedJson as_set(const std::vector<std::string>& names) {
  OrderedJson set = OrderedJson::object();
  for (const std::string& name : names) {
    set[name] = OrderedJson::object();
  }
  return set;
}

// NAME@DIGEST for each name, whether it came from a registry or not.
std::vector<std::string> digests_of(const model::Image& image) {
  std::vector<std::string> digests = image.repo_digests;
  for (const std::string& name : image.names) {
    const std::string digest = image::parse_reference(name).repository() + "@" + image.digest;
    if (!image.digest.empty() &&
        std::find(digests.begin(), digests.end(), digest) == digests.end()) {
      digests.push_back(digest);
    }
  }
  return digests;
}

OrderedJson labels_or_null(const model::Image& image) {
  const auto& labels = image.defaults.labels;
  return labels.empty() ? OrderedJson() : OrderedJson(labels);
}

OrderedJson config_of(const model::ImageDefaults& defaults) {
  OrderedJson labels = OrderedJson::object();
  labels.update(OrderedJson(defaults.labels));
  OrderedJson json{{"User", defaults.user},
                   {"ExposedPorts", as_set(defaults.exposed_ports)},
                   {"Env", defaults.env},
                   {"Entrypoint", defaults.entrypoint},
                   {"Cmd", defaults.command},
                   {"Volumes", as_set(defaults.volumes)},
                   {"WorkingDir", defaults.workdir},
                   {"Labels", labels},
                   {"StopSignal", defaults.stop_signal}};
  return json;
}

OrderedJson history_of(const model::Image& image) {
  OrderedJson list = OrderedJson::array();
  for (const model::ImageHistory& step : image.history) {
    OrderedJson json{{"created", step.created}, {"created_by", step.created_by}};
    if (!step.comment.empty()) {
      json["comment"] = step.comment;
    }
    if (step.empty_layer) {
      json["empty_layer"] = true;
    }
    list.push_back(std::move(json));
  }
  return list;
}

OrderedJson row(const model::Image& image, const ImageStyle& style, std::size_t containers) {
  const std::string ago = human_ago(image.created_ns, style.now_ns);
  return {{"ID", style.truncate ? model::short_id(image.id) : "sha256:" + image.id},
          {"Id", image.id},
          {"Repository", "<none>"},
          {"Tag", "<none>"},
          {"Digest", image.digest.empty() ? "<none>" : image.digest},
          {"Created", ago},
          {"CreatedSince", ago},
          {"CreatedAt", go_time(image.created_ns)},
          {"CreatedTime", go_time(image.created_ns)},
          {"Size", human_size(static_cast<double>(image.size), " ")},
          {"VirtualSize", image.size},
          {"SharedSize", 0},
          {"Labels", image.defaults.labels},
          {"Names", image.names},
          {"RepoTags", image.names},
          {"RepoDigests", digests_of(image)},
          {"Containers", containers},
          {"Dangling", image.names.empty()},
          {"ReadOnly", false},
          {"Arch", image.architecture},
          {"Os", image.os},
          {"History", image.names}};
}

}  // namespace

OrderedJson image_inspect(const model::Image& image, const std::string& driver) {
  OrderedJson json{{"Id", image.id},
                   {"ID", image.id},
                   {"Digest", image.digest},
                   {"RepoTags", image.names},
                   {"RepoDigests", digests_of(image)},
                   {"Parent", ""},
                   {"Comment", image.comment},
                   {"Created", rfc3339_nano(image.created_ns)},
                   {"Config", config_of(image.defaults)},
                   {"Version", ""},
                   {"Author", image.author},
                   {"Architecture", image.architecture},
                   {"Os", image.os},
                   {"Size", image.size},
                   {"VirtualSize", image.size},
                   {"GraphDriver", {{"Name", driver}, {"Data", OrderedJson::object()}}},
                   {"RootFS", {{"Type", "layers"}, {"Layers", image.diff_ids}}},
                   {"Labels", labels_or_null(image)},
                   {"Annotations", OrderedJson::object()},
                   {"ManifestType", image.manifest_type},
                   {"User", image.defaults.user},
                   {"History", history_of(image)},
                   {"NamesHistory", image.names}};
  json["HealthCheck"] = nullptr;
  if (!image.defaults.health_test.empty()) {
    json["HealthCheck"] = {{"Test", image.defaults.health_test},
                           {"Interval", image.defaults.health_interval_ns},
                           {"Timeout", image.defaults.health_timeout_ns},
                           {"StartPeriod", image.defaults.health_start_period_ns},
                           {"Retries", image.defaults.health_retries}};
  }
  return json;
}

OrderedJson image_without_empties(OrderedJson view) {
  view.erase("ID");
  OrderedJson config = OrderedJson::object();
  for (const auto& [member, value] : view["Config"].items()) {
    const bool empty = value.empty() || (value.is_string() && value.get<std::string>().empty());
    if (!empty) {
      config[member] = value;
    }
  }
  view["Config"] = std::move(config);
  if (view["HealthCheck"].empty()) {
    view.erase("HealthCheck");
  }
  return view;
}

OrderedJson image_json(const model::Image& image, std::size_t containers) {
  OrderedJson json{{"Id", image.id},
                   {"ParentId", ""},
                   {"RepoTags", nullptr},
                   {"RepoDigests", digests_of(image)},
                   {"Size", image.size},
                   {"SharedSize", 0},
                   {"VirtualSize", image.size},
                   {"Labels", labels_or_null(image)},
                   {"Containers", containers}};
  if (image.names.empty()) {
    json["Dangling"] = true;
  } else {
    json["Names"] = image.names;
  }
  json["Digest"] = image.digest;
  json["History"] = image.names;
  json["Created"] = unix_seconds(image.created_ns);
  json["CreatedAt"] = rfc3339_nano(image.created_ns);
  return json;
}

std::vector<OrderedJson> image_rows(const model::Image& image, const ImageStyle& style,
                                    std::size_t containers) {
  std::vector<OrderedJson> rows;
  for (const std::string& name : image.names) {
    const image::Reference reference = image::parse_reference(name);
    rows.push_back(row(image, style, containers));
    rows.back()["Repository"] = reference.repository();
    rows.back()["Tag"] = reference.tag.empty() ? "<none>" : reference.tag;
  }
  if (rows.empty()) {
    rows.push_back(row(image, style, containers));
  }
  return rows;
}

OrderedJson history_json(const image::HistoryLine& line) {
  return {{"id", line.id},
          {"created", rfc3339_nano(line.created_ns)},
          {"Created", rfc3339_nano(line.created_ns)},
          {"CreatedBy", line.created_by},
          {"size", line.size},
          {"comment", line.comment},
          {"tags", line.names}};
}

OrderedJson history_row(const image::HistoryLine& line, const ImageStyle& style, bool human) {
  const auto size = static_cast<double>(line.size);
  return {{"ID", style.truncate && line.id.size() > 12 && line.id[0] != '<'
                     ? model::short_id(line.id)
                     : line.id},
          {"Created",
           human ? human_ago(line.created_ns, style.now_ns) : rfc3339_nano(line.created_ns)},
          {"CreatedAt", go_time(line.created_ns)},
          {"CreatedSince", human_ago(line.created_ns, style.now_ns)},
          {"CreatedBy", style.truncate ? ellipsis(line.created_by, 45) : line.created_by},
          {"Size", human ? human_size(size, size == 0 ? "" : " ") : std::to_string(line.size)},
          {"Comment", line.comment},
          {"Tags", line.names}};
}

}  // namespace gantry::cli
