// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/report.h"
#include "cli/templates/template.h"
#include "cli/values.h"
#include "core/engine/engine.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter events (container=, event=, image=, label=, network=, type=, volume=)"},
    {.name = "format", .help = "Print events as JSON or by a Go template"},
    {.name = "no-trunc",
     .kind = ValueKind::kFlag,
     .help = "Do not truncate ids",
     .fallback = "true"},
    {.name = "since", .help = "Show events since this time"},
    {.name = "stream",
     .kind = ValueKind::kFlag,
     .help = "Wait for more events; false: end with those there are",
     .fallback = "true"},
    {.name = "until", .help = "Show events until this time"},
};

std::string attribute(const events::Event& event, const char* name) {
  const auto found = event.attributes.find(name);
  return found == event.attributes.end() ? "" : found->second;
}

std::optional<std::int64_t> exit_code_of(const events::Event& event) {
  return parse_int(attribute(event, "containerExitCode"));
}

OrderedJson document_of(const events::Event& event) {
  OrderedJson json = OrderedJson::object();
  if (!event.id.empty()) {
    json["ID"] = event.id;
  }
  if (!event.image.empty()) {
    json["Image"] = event.image;
  }
  json["Name"] = event.name;
  json["Status"] = event.action;
  json["Time"] = rfc3339_nano(event.time_ns);
  json["Type"] = event.type;
  json["Attributes"] = event.attributes.empty() ? OrderedJson() : OrderedJson(event.attributes);
  if (const auto code = exit_code_of(event)) {
    json["ContainerExitCode"] = *code;
  }
  if (const std::string health = attribute(event, "health_status"); !health.empty()) {
    json["HealthStatus"] = health;
  }
  return json;
}

// Templates see every field of every event.
OrderedJson row_of(const events::Event& event) {
  return {{"ID", event.id},
          {"Image", event.image},
          {"Name", event.name},
          {"Status", event.action},
          {"Time", go_time(event.time_ns)},
          {"Type", event.type},
          {"Attributes", event.attributes},
          {"ContainerExitCode", exit_code_of(event).value_or(0)},
          {"HealthStatus", attribute(event, "health_status")}};
}

// "TIME container start ID (image=…, name=…, label=value)".
std::string line_of(const events::Event& event, bool truncate) {
  std::string details;
  const auto add = [&](const std::string& key, const std::string& value) {
    details += (details.empty() ? "" : ", ") + key + "=" + value;
  };
  if (!event.image.empty()) {
    add("image", event.image);
  }
  if (!event.id.empty() && !event.name.empty()) {
    add("name", event.name);
  }
  for (const auto& [key, value] : event.attributes) {
    add(key, value);
  }
  const std::string& id = event.id.empty() ? event.name : event.id;
  return go_time(event.time_ns) + " " + event.type + " " + event.action + " " +
         (truncate ? id.substr(0, 12) : id) + (details.empty() ? "" : " (" + details + ")");
}

std::int64_t moment(const Options& options, const char* name, std::int64_t now_ns) {
  const auto time = parse_time(options.text(name), now_ns);
  if (!time) {
    throw Error(Code::kInvalid, "invalid time \"" + options.text(name) + "\" of --" + name);
  }
  return *time;
}

int run(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  const std::int64_t now = engine.clock.now_ns();
  events::ReadOptions how;
  how.follow = options.flag("stream");
  if (options.given("since")) {
    how.since_ns = moment(options, "since", now);
  } else if (how.follow && !options.given("until")) {
    how.since_ns = now;  // as podman: without --since a stream shows what comes
  }
  if (options.given("until")) {
    how.until_ns = moment(options, "until", now);
  }
  for (const std::string& filter : options.list("filter")) {
    how.filter.add(filter);
  }
  const std::string format = options.text("format");
  std::optional<templates::Template> parsed;
  if (!format.empty() && !wants_json(format)) {
    parsed = templates::Template::parse("events", prepared_format(format));
  }
  engine.events.read(how, [&](const events::Event& event) {
    if (parsed) {
      context.out() << parsed->render(row_of(event), "event");
    } else if (!format.empty()) {
      context.out() << document_of(event).dump(-1, ' ', false,
                                               OrderedJson::error_handler_t::replace)
                    << "\n";
    } else {
      context.out() << line_of(event, !options.flag("no-trunc")) << "\n";
    }
    context.out().flush();
    return static_cast<bool>(context.out());
  });
  return kExitOk;
}

}  // namespace

constinit const Command kEventsCommand{
    .summary = "Show events",
    .description = "Prints what happens to containers, images, volumes and networks",
    .usage = "[options]",
    .examples =
        "events\nevents --filter event=create\nevents --since 1h30s --stream=false\n"
        "events --format '{{.Image}} {{.Status}}'",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
};

}  // namespace gantry::cli
