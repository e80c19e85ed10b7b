// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/lifecycle/verbs/list.h"
#include "core/model/ids.h"
#include "core/monitor/log_reader.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "follow",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Follow the log until the containers have ended"},
    kLatestOption,
    {.name = "names",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Print the container's name before each line"},
    {.name = "since", .help = "Show what was logged since this time"},
    {.name = "tail",
     .kind = ValueKind::kInt,
     .help = "Show this many lines from the end; -1 for all",
     .fallback = "-1"},
    {.name = "timestamps",
     .letter = 't',
     .kind = ValueKind::kFlag,
     .help = "Print the time before each line"},
    {.name = "until", .help = "Show what was logged until this time"},
};

monitor::LogSource source_of(engine::Engine& engine, const lifecycle::Inspected& container) {
  const model::ContainerConfig& config = container.config;
  const std::string& driver = config.log.driver;
  if (driver == "none" || driver == "passthrough") {
    throw Error(Code::kUnsupported, "this container is using the '" + driver +
                                        "' log driver, cannot read logs: this container is "
                                        "not logging output");
  }
  monitor::LogSource source;
  source.path =
      config.log.path.empty() ? engine.layout.log(config.id).string() : config.log.path;
  if (model::runs(container.state.status)) {
    source.running =
        ports::ExitSource{config.id, engine.layout.exits(), engine.layout.bundle(config.id),
                          container.state.monitor_pid};
  }
  return source;
}

monitor::LogOptions asked(const Options& options, std::int64_t now_ns) {
  monitor::LogOptions log;
  log.follow = options.flag("follow");
  if (const std::int64_t tail = options.integer("tail"); tail >= 0) {
    log.tail = static_cast<std::size_t>(tail);
  }
  const auto moment = [&](const char* name, std::int64_t& into) {
    if (options.given(name)) {
      const auto time = parse_time(options.text(name), now_ns);
      if (!time) {
        throw Error(Code::kInvalid, std::string("parsing --") + name + " \"" +
                                        options.text(name) +
                                        "\": unable to interpret time value");
      }
      into = *time;
    }
  };
  moment("since", log.since_ns);
  moment("until", log.until_ns);
  return log;
}

int run(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  std::vector<std::string> names = context.arguments();
  refuse_names_with_latest(context);
  if (options.flag("latest")) {
    names = {latest_container(engine)};
  }
  std::vector<monitor::LogSource> sources;
  std::vector<std::string> prefixes;
  for (const std::string& name : names) {
    const lifecycle::Inspected container = lifecycle::inspect(engine, name);
    sources.push_back(source_of(engine, container));
    prefixes.push_back(options.flag("names") ? container.config.name + " "
                       : names.size() > 1    ? model::short_id(container.config.id) + " "
                                             : "");
  }
  const bool times = options.flag("timestamps");
  monitor::read_logs(sources, asked(options, engine.clock.now_ns()),
                     [&](std::size_t index, const monitor::LogRecord& record) {
                       std::ostream& out = record.from_stderr ? context.err() : context.out();
                       out << prefixes[index];
                       if (times) {
                         out << record.time_text << " ";
                       }
                       out << record.text << (record.partial ? "" : "\n");
                       out.flush();
                       return static_cast<bool>(out);
                     });
  return kExitOk;
}

}  // namespace

constinit const Command kLogsCommand{
    .summary = "Fetch the logs of one or more containers",
    .description = "Prints what containers have written, their errors to standard error",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "logs ctrID\nlogs --names ctrID1 ctrID2\nlogs --tail 2 mywebserver\n"
        "logs --follow=true --since 10m ctrID",
    .options = {kOptions},
    .arguments = {.least = 1,
                  .unless = "latest",
                  .complaint = "specify at least one container name or ID to log"},
    .run = run,
};

}  // namespace gantry::cli
