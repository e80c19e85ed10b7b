// SPDX-License-Identifier: Apache-2.0
#include "core/image/config.h"

#include <algorithm>
#include <utility>

#include "core/image/document.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"
#include "sdk/support/digest.h"
#include "sdk/support/timestamp.h"

namespace gantry::image {

namespace {

// Docker's way of storing health checks beside the specified fields.
void read_health(const Document& health, model::ImageDefaults& defaults) {
  defaults.health_test = health.words("Test");
  defaults.health_interval_ns = health.integer("Interval");
  defaults.health_timeout_ns = health.integer("Timeout");
  defaults.health_start_period_ns = health.integer("StartPeriod");
  const std::int64_t retries = health.integer("Retries");
  if (retries < 0 || retries > 1'000'000 || defaults.health_interval_ns < 0 ||
      defaults.health_timeout_ns < 0 || defaults.health_start_period_ns < 0) {
    throw Error(Code::kCorrupt, health.what() + " has a number out of range");
  }
  defaults.health_retries = static_cast<int>(retries);
}

model::ImageDefaults read_defaults(const Document& config) {
  model::ImageDefaults defaults;
  defaults.env = config.texts("Env");
  defaults.entrypoint = config.words("Entrypoint");
  defaults.command = config.words("Cmd");
  defaults.workdir = config.text("WorkingDir");
  defaults.user = config.text("User");
  defaults.stop_signal = config.text("StopSignal");
  defaults.volumes = config.keys("Volumes");
  defaults.exposed_ports = config.keys("ExposedPorts");
  defaults.labels = config.text_map("Labels");
  if (const auto health = config.object("Healthcheck")) {
    read_health(*health, defaults);
  }
  defaults.on_build = config.texts("OnBuild");
  return defaults;
}

std::vector<std::string> read_diff_ids(const Document& document) {
  const auto rootfs = document.object("rootfs");
  if (!rootfs) {
    throw Error(Code::kCorrupt, document.what() + " has no rootfs");
  }
  if (const std::string type = rootfs->text("type"); type != "layers") {
    throw Error(Code::kUnsupported,
                rootfs->what() + " is of type \"" + type + "\", only \"layers\" is supported");
  }
  std::vector<std::string> ids = rootfs->texts("diff_ids");
  if (ids.size() > kMaxLayers) {
    throw Error(Code::kCorrupt,
                document.what() + " has more than " + std::to_string(kMaxLayers) + " layers");
  }
  for (const std::string& id : ids) {
    (void)digest_hex(id, rootfs->what() + ": diff_ids");
  }
  return ids;
}

template <typename List>
Json set_of(const List& names) {
  Json set = Json::object();
  for (const std::string& name : names) {
    set[name] = Json::object();
  }
  return set;
}

// Sets a member, or drops it when there is nothing to say.
void assign(Json& json, const char* name, Json value) {
  const bool nothing = value.is_null() ||
                       (value.is_string() && value.get_ref<const std::string&>().empty()) ||
                       ((value.is_array() || value.is_object()) && value.empty());
  if (nothing) {
    json.erase(name);
  } else {
    json[name] = std::move(value);
  }
}

Json json_of_health(const model::ImageDefaults& defaults) {
  if (defaults.health_test.empty()) {
    return nullptr;
  }
  Json health = {{"Test", defaults.health_test}};
  const auto positive = [&](const char* name, std::int64_t value) {
    if (value > 0) {
      health[name] = value;
    }
  };
  positive("Interval", defaults.health_interval_ns);
  positive("Timeout", defaults.health_timeout_ns);
  positive("StartPeriod", defaults.health_start_period_ns);
  positive("Retries", defaults.health_retries);
  return health;
}

void write_defaults(Json& config, const model::ImageDefaults& defaults) {
  assign(config, "Env", defaults.env);
  assign(config, "Entrypoint", defaults.entrypoint);
  assign(config, "Cmd", defaults.command);
  assign(config, "WorkingDir", defaults.workdir);
  assign(config, "User", defaults.user);
  assign(config, "StopSignal", defaults.stop_signal);
  assign(config, "Volumes", set_of(defaults.volumes));
  assign(config, "ExposedPorts", set_of(defaults.exposed_ports));
  assign(config, "Labels", defaults.labels);
  assign(config, "Healthcheck", json_of_health(defaults));
  assign(config, "OnBuild", defaults.on_build);
}

Json json_of(const model::ImageHistory& history) {
  Json json = {{"created", history.created}};
  assign(json, "created_by", history.created_by);
  assign(json, "comment", history.comment);
  if (history.empty_layer) {
    json["empty_layer"] = true;
  }
  return json;
}

}  // namespace

model::Image parse_config(std::string_view text, const std::string& what) {
  if (text.size() > kMaxDocument) {
    throw Error(Code::kCorrupt,
                what + " is larger than " + std::to_string(kMaxDocument >> 20U) + " MiB");
  }
  const Json json = parse_json(text, what);
  const Document document(json, what);
  model::Image image;
  image.id = sha256_hex(text);
  image.config_json = text;
  image.created_ns = parse_timestamp(document.text("created")).value_or(0);
  image.architecture = document.text("architecture");
  image.os = document.text("os");
  image.author = document.text("author");
  image.comment = document.text("comment");
  image.diff_ids = read_diff_ids(document);
  if (const auto config = document.object("config")) {
    image.defaults = read_defaults(*config);
  }
  for (const Document& entry : document.objects("history")) {
    image.history.push_back({entry.text("created"), entry.text("created_by"),
                             entry.text("comment"), entry.flag("empty_layer")});
  }
  return image;
}

std::string make_config(const ConfigDraft& draft) {
  Json json = Json::object();
  if (draft.parent != nullptr) {
    json = parse_json(draft.parent->config_json, "configuration of the parent image");
    // Docker's notes on the container a layer came from hold no longer.
    for (const char* stale : {"container", "container_config", "id", "parent", "comment"}) {
      json.erase(stale);
    }
  }
  const std::string created = format_timestamp(draft.created_ns);
  json["created"] = created;
  assign(json, "architecture", draft.architecture);
  assign(json, "os", draft.os);
  assign(json, "variant", draft.variant);
  assign(json, "author", draft.author);
  Json& config = json["config"];
  if (!config.is_object()) {
    config = Json::object();
  }
  write_defaults(config, draft.defaults);
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", draft.diff_ids}};
  Json& history = json["history"];
  if (!history.is_array()) {
    history = Json::array();
  }
  model::ImageHistory entry = draft.history;
  if (entry.created.empty()) {
    entry.created = created;
  }
  history.push_back(json_of(entry));
  return to_text(json);
}

std::string with_diff_ids(std::string_view config_json,
                          const std::vector<std::string>& diff_ids) {
  Json json = parse_json(config_json, "image configuration");
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", diff_ids}};
  return to_text(json);
}

std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids) {
  std::vector<std::string> chain;
  chain.reserve(diff_ids.size());
  for (const std::string& diff_id : diff_ids) {
    chain.push_back(chain.empty() ? digest_hex(diff_id, "layer")
                                  : sha256_hex("sha256:" + chain.back() + " " + diff_id));
  }
  return chain;
}

}  // namespace gantry::image
