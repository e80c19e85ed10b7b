// SPDX-License-Identifier: Apache-2.0
//
// Values: something that happened, in libpod's words, and a choice among events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::events {

struct Event {
  std::int64_t time_ns = 0;  // since the epoch; 0: the log sets it
  std::string type;          // container, image, volume, network, system
  std::string action;        // create, init, start, died, …
  std::string id;
  std::string name;
  std::string image;                              // of a container: its image's name
  std::map<std::string, std::string> attributes;  // labels, containerExitCode, …
  friend bool operator==(const Event&, const Event&) = default;
};

// The form in which events are kept. A missing member keeps its default; kCorrupt when the
// text is no event.
[[nodiscard]] Json to_json(const Event& event);
[[nodiscard]] Event event_from(std::string_view text);

// Values of one key are alternatives; different keys must all hold.
class EventFilter {
 public:
  // "container=", "image=" (name or beginning of the id), "volume=", "network=" (beginning of
  // the name), "event=" or "status=", "type=", "label=KEY[=VALUE]". kInvalid in podman's words
  // for anything else.
  void add(const std::string& filter);
  [[nodiscard]] bool matches(const Event& event) const;

 private:
  std::map<std::string, std::vector<std::string>> wanted_;
};

}  // namespace gantry::events
