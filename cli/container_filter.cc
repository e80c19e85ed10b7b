// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <regex>

#include "cli/human.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/lifecycle/verbs/healthcheck.h"

namespace gantry::cli {
namespace {

using Row = store::ContainerRow;

// A name, an id prefix or, as podman has it, a pattern of either.
bool matches(const std::string& text, const std::string& pattern) {
  if (text == pattern) {
    return true;
  }
  try {
    return std::regex_search(text, std::regex(pattern, std::regex::extended));
  } catch (const std::regex_error&) {
    throw Error(Code::kInvalid, "invalid filter pattern \"" + pattern + "\"");
  }
}

bool has_label(const std::map<std::string, std::string>& labels, const std::string& asked) {
  const auto pair = cut(asked, '=');
  const auto found = labels.find(pair ? pair->first : asked);
  return found != labels.end() && (!pair || found->second == pair->second);
}

std::string checked_status(std::string word) {
  if (word == "configured") {
    word = "created";
  }
  for (const char* known : {"created", "initialized", "running", "paused", "stopped", "exited",
                            "removing", "unknown"}) {
    if (word == known) {
      return word;
    }
  }
  throw Error(Code::kInvalid, "unknown container state: " + word + ": invalid argument");
}

// podman's words for states differ from the stored ones in two places.
std::string status_word(const model::ContainerState& state) {
  return state.status == model::Status::kCreated ? "initialized" : shown_state(state.status);
}

std::int64_t created_of(engine::Engine& engine, const std::string& name) {
  return engine.store.read([&](const store::Reader& reader) {
    const auto brief = reader.find_brief(reader.resolve_container(name));
    return brief ? brief->created_ns : 0;
  });
}

// By id, or by a name that is its own or ends one of the image's: alpine, alpine:3.
bool is_image(const model::ContainerBrief& brief, const std::string& asked) {
  std::string name = asked;
  if (name.find(':', name.rfind('/') == std::string::npos ? 0 : name.rfind('/')) ==
      std::string::npos) {
    name += ":latest";
  }
  return brief.image_id.starts_with(asked) || brief.image_name == asked ||
         brief.image_name == name || brief.image_name.ends_with("/" + name);
}

bool is_in(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string plain(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

std::optional<model::ContainerConfig> config_of(engine::Engine& engine, const std::string& id) {
  return engine.store.read(
      [&](const store::Reader& reader) { return reader.find_container(id); });
}

// What a reboot should not keep from running: always, and unless-stopped if nobody did.
bool starts_on_boot(const model::ContainerConfig& config, const model::ContainerState& state) {
  return config.restart.name == "always" ||
         (config.restart.name == "unless-stopped" && !state.stopped_by_user);
}

}  // namespace

ContainerFilter::ContainerFilter(engine::Engine& engine,
                                 const std::vector<std::string>& filters) {
  for (const std::string& filter : filters) {
    const auto pair = cut(filter, '=');
    if (!pair) {
      throw Error(Code::kInvalid, "invalid filter \"" + filter + "\": the form is key=value");
    }
    Test test = test_for(engine, pair->first, pair->second);
    auto same = std::find_if(tests_.begin(), tests_.end(),
                             [&](const auto& entry) { return entry.first == pair->first; });
    // Labels must all hold; of any other key one is enough.
    if (same == tests_.end() || pair->first.starts_with("label")) {
      tests_.push_back({pair->first, {}});
      same = std::prev(tests_.end());
    }
    same->second.push_back(std::move(test));
  }
}

bool ContainerFilter::takes(const Row& row) const {
  return std::all_of(tests_.begin(), tests_.end(), [&](const auto& entry) {
    return std::any_of(entry.second.begin(), entry.second.end(),
                       [&](const Test& test) { return test(row); });
  });
}

bool ContainerFilter::names_status() const {
  return std::any_of(tests_.begin(), tests_.end(), [](const auto& entry) {
    return entry.first == "status" || entry.first == "exited";
  });
}

ContainerFilter::Test ContainerFilter::test_for(engine::Engine& engine, const std::string& key,
                                                const std::string& value) const {
  if (key == "id") {
    return [value](const Row& row) { return row.brief.id.starts_with(value); };
  }
  if (key == "name") {
    return [value](const Row& row) { return matches(row.brief.name, value); };
  }
  if (key == "label") {
    return [value](const Row& row) { return has_label(row.brief.labels, value); };
  }
  if (key == "label!") {
    return [value](const Row& row) { return !has_label(row.brief.labels, value); };
  }
  if (key == "status") {
    return [word = checked_status(value)](const Row& row) {
      return status_word(row.state) == word ||
             (word == "exited" && row.state.status == model::Status::kStopped);
    };
  }
  if (key == "exited") {
    const auto code = parse_int(value);
    if (!code) {
      throw Error(Code::kInvalid, "exited code out of range \"" + value + "\"");
    }
    return [code](const Row& row) {
      const bool ended = row.state.status == model::Status::kExited ||
                         row.state.status == model::Status::kStopped;
      return ended && row.state.exit_code == *code;
    };
  }
  if (key == "ancestor") {
    return [value](const Row& row) { return is_image(row.brief, value); };
  }
  if (key == "before" || key == "since") {
    const std::int64_t moment = created_of(engine, value);
    return [moment, before = key == "before"](const Row& row) {
      return before ? row.brief.created_ns < moment : row.brief.created_ns > moment;
    };
  }
  if (key == "until") {
    const auto moment = parse_time(value, engine.clock.now_ns());
    if (!moment) {
      throw Error(Code::kInvalid,
                  "failed to parse value as time or duration: \"" + value + "\"");
    }
    return [moment](const Row& row) { return row.brief.created_ns < *moment; };
  }
  if (key == "volume") {
    return [value = plain(value)](const Row& row) { return is_in(row.brief.mounts, value); };
  }
  if (key == "restart-policy") {
    return [&engine, value](const Row& row) {
      const auto config = config_of(engine, row.brief.id);
      return config && config->restart.name == value;
    };
  }
  if (key == "should-start-on-boot") {
    const auto wanted = parse_bool(value);
    if (!wanted) {
      throw Error(Code::kInvalid, "\"" + value + "\" is not a valid value for the \"" + key +
                                      "\" filter - must be true or false");
    }
    return [&engine, wanted](const Row& row) {
      const auto config = config_of(engine, row.brief.id);
      return config && starts_on_boot(*config, row.state) == *wanted;
    };
  }
  if (key == "health") {
    return [&engine, value](const Row& row) {
      const auto health =
          row.brief.health ? lifecycle::health_of(engine, row.brief.id) : std::nullopt;
      return (health ? health->status : "") == value;
    };
  }
  if (key == "pod") {
    return [](const Row&) { return false; };  // no container is in a pod
  }
  if (key == "network") {
    return [value](const Row& row) { return is_in(row.brief.networks, value); };
  }
  throw Error(Code::kInvalid, key + " is an invalid filter");
}

}  // namespace gantry::cli
