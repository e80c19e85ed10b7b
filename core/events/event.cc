// SPDX-License-Identifier: Apache-2.0
#include "core/events/event.h"

#include <algorithm>
#include <array>

namespace gantry::events {

Json to_json(const Event& event) {
  Json json = {{"time", event.time_ns}, {"type", event.type}, {"action", event.action}};
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) {
      json[key] = value;
    }
  };
  add("id", event.id);
  add("name", event.name);
  add("image", event.image);
  if (!event.attributes.empty()) {
    json["attributes"] = event.attributes;
  }
  return json;
}

Event event_from(std::string_view text) {
  const Json json = parse_json(text, "event");
  try {
    Event event;
    event.time_ns = json.at("time").get<std::int64_t>();
    event.type = json.at("type").get<std::string>();
    event.action = json.at("action").get<std::string>();
    event.id = json.value("id", "");
    event.name = json.value("name", "");
    event.image = json.value("image", "");
    event.attributes = json.value("attributes", std::map<std::string, std::string>{});
    return event;
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, std::string("event: ") + e.what());
  }
}

namespace {

bool names(const Event& event, std::string_view type, const std::string& value) {
  return event.type == type && (event.name == value || event.id.starts_with(value));
}

bool has_label(const Event& event, const std::string& wanted) {
  const std::size_t equals = wanted.find('=');
  const auto found = event.attributes.find(wanted.substr(0, equals));
  return found != event.attributes.end() &&
         (equals == std::string::npos || found->second == wanted.substr(equals + 1));
}

bool matches_one(const Event& event, const std::string& key, const std::string& value) {
  if (key == "container" || key == "image") {
    return names(event, key, value);
  }
  if (key == "volume" || key == "network") {
    return event.type == key && event.name.starts_with(value);
  }
  if (key == "event") {
    return event.action == value;
  }
  return key == "type" ? event.type == value : has_label(event, value);
}

}  // namespace

void EventFilter::add(const std::string& filter) {
  static constexpr std::array<std::string_view, 7> kKeys{"container", "event", "image", "label",
                                                         "network",   "type",  "volume"};
  const std::size_t equals = filter.find('=');
  std::string key = filter.substr(0, equals);
  std::transform(key.begin(), key.end(), key.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (key == "status") {
    key = "event";
  }
  if (equals == std::string::npos ||
      std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    throw Error(Code::kInvalid, filter + " is an invalid or unsupported filter");
  }
  wanted_[key].push_back(filter.substr(equals + 1));
}

bool EventFilter::matches(const Event& event) const {
  return std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& entry) {
    return std::any_of(entry.second.begin(), entry.second.end(), [&](const std::string& value) {
      return matches_one(event, entry.first, value);
    });
  });
}

}  // namespace gantry::events
