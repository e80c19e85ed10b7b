// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/stats.h"

#include <poll.h>

#include <array>
#include <cstdio>
#include <map>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "core/lifecycle/verbs/list.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Show all containers, not only running ones"},
    {.name = "format", .help = "Print the numbers as JSON or by a Go template"},
    {.name = "interval",
     .letter = 'i',
     .kind = ValueKind::kUint,
     .help = "Seconds between two reports",
     .fallback = "5"},
    kLatestOption,
    {.name = "no-reset",
     .kind = ValueKind::kFlag,
     .help = "Do not clear the screen between two reports"},
    {.name = "no-stream", .kind = ValueKind::kFlag, .help = "Report once and end"},
    {.name = "no-trunc", .kind = ValueKind::kFlag, .help = "Do not truncate output"},
};

constexpr Column kColumns[] = {{"ID", "ID"},
                               {"NAME", "Name"},
                               {"CPU %", "CPUPerc"},
                               {"MEM USAGE / LIMIT", "MemUsage"},
                               {"MEM %", "MemPerc"},
                               {"NET IO", "NetIO"},
                               {"BLOCK IO", "BlockIO"},
                               {"PIDS", "PIDS"},
                               {"CPU TIME", "UpTime"},
                               {"AVG CPU %", "AVGCPU"},
                               {"MEM USAGE / LIMIT", "MemUsageBytes", false}};

using Stats = lifecycle::ContainerStats;

std::string percent(double value) {
  if (value == 0) {
    return "--";
  }
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.2f%%", value);
  return text.data();
}

std::string pair_of(std::uint64_t a, std::uint64_t b) {
  const auto text = [](std::uint64_t bytes) {
    return human_size(static_cast<double>(bytes), "", 4);
  };
  return a == 0 && b == 0 ? "-- / --" : text(a) + " / " + text(b);
}

// Of one CPU, between two moments.
double cpu_share(std::uint64_t used_before, std::uint64_t used, std::int64_t since,
                 std::int64_t until) {
  return until <= since || used <= used_before
             ? 0
             : 100.0 * static_cast<double>(used - used_before) /
                   static_cast<double>(until - since);
}

std::string cpu_time(std::uint64_t ns) {
  std::array<char, 32> text{};
  const double seconds = static_cast<double>(ns) / 1e9;
  if (seconds < 1) {
    (void)std::snprintf(text.data(), text.size(), "%.6fms", seconds * 1e3);
  } else {
    (void)std::snprintf(text.data(), text.size(), "%.6fs", seconds);
  }
  return text.data();
}

OrderedJson row_of(const Stats& now, const Stats* before, bool truncate) {
  const lifecycle::CgroupUsage& usage = now.usage;
  const double average = cpu_share(0, usage.cpu_ns, now.started_ns, now.time_ns);
  const double current = before != nullptr ? cpu_share(before->usage.cpu_ns, usage.cpu_ns,
                                                       before->time_ns, now.time_ns)
                                           : average;
  const double memory = usage.memory_limit == 0 ? 0
                                                : 100.0 * static_cast<double>(usage.memory) /
                                                      static_cast<double>(usage.memory_limit);
  return {{"ID", truncate ? model::short_id(now.id) : now.id},
          {"Name", now.name},
          {"ContainerID", now.id},
          {"CPUPerc", percent(current)},
          {"CPU", current},
          {"MemUsage", pair_of(usage.memory, usage.memory_limit)},
          {"MemUsageBytes",
           std::to_string(usage.memory) + "B / " + std::to_string(usage.memory_limit) + "B"},
          {"MemLimit", usage.memory_limit},
          {"MemPerc", percent(memory)},
          {"NetIO", pair_of(now.received_bytes, now.sent_bytes)},
          {"NetInput", now.received_bytes},
          {"NetOutput", now.sent_bytes},
          {"BlockIO", pair_of(usage.read_bytes, usage.written_bytes)},
          {"BlockInput", usage.read_bytes},
          {"BlockOutput", usage.written_bytes},
          {"PIDS", usage.processes == 0 ? "--" : std::to_string(usage.processes)},
          {"UpTime", cpu_time(usage.cpu_ns)},
          {"CPUNano", usage.cpu_ns},
          {"AVGCPU", percent(average)},
          {"AvgCPU", average}};
}

OrderedJson json_of(const OrderedJson& row) {
  return {{"id", row["ID"]},
          {"name", row["Name"]},
          {"cpu_time", row["UpTime"]},
          {"cpu_percent", row["CPUPerc"]},
          {"avg_cpu", row["AVGCPU"]},
          {"mem_usage", row["MemUsage"]},
          {"mem_percent", row["MemPerc"]},
          {"net_io", row["NetIO"]},
          {"block_io", row["BlockIO"]},
          {"pids", row["PIDS"]}};
}

std::vector<std::string> chosen(Context& context) {
  const Options& options = context.options();
  const bool latest = options.flag("latest");
  const bool named = !context.arguments().empty();
  if ((latest && named) || (options.flag("all") && (latest || named))) {
    throw Error(Code::kInvalid, "--all, --latest and containers cannot be used together");
  }
  if (named || latest) {
    return select_containers(context, runs);
  }
  std::vector<std::string> names;
  for (const store::ContainerRow& row : all_containers(context)) {
    if (runs(row) || options.flag("all")) {
      names.push_back(row.brief.id);
    }
  }
  return names;
}

// One that ended meanwhile, or with --all never ran, has nothing but its name.
Stats stats_of(Context& context, const std::string& name, bool named) {
  try {
    return lifecycle::stats(context.engine(), name);
  } catch (const Error& error) {
    if (named || error.code() == Code::kNotFound) {
      throw;
    }
  }
  const lifecycle::Inspected container = lifecycle::inspect(context.engine(), name);
  Stats nothing;
  nothing.id = container.config.id;
  nothing.name = container.config.name;
  return nothing;
}

void report(Context& context, std::map<std::string, Stats>& last) {
  const Options& options = context.options();
  const bool named = !context.arguments().empty();
  Listing listing{.name = "stats",
                  .type = "container",
                  .columns = kColumns,
                  .document = OrderedJson::array()};
  std::map<std::string, Stats> current;
  for (const std::string& name : chosen(context)) {
    const Stats now = stats_of(context, name, named);
    const auto before = last.find(now.id);
    listing.rows.push_back(row_of(now, before == last.end() ? nullptr : &before->second,
                                  !options.flag("no-trunc")));
    listing.document.push_back(json_of(listing.rows.back()));
    current.emplace(now.id, now);
  }
  last = std::move(current);
  if (!options.flag("no-stream") && !options.flag("no-reset") &&
      options.text("format").empty()) {
    context.out() << "\033[2J\033[H";
  }
  print_listing(context.out(), listing, options.text("format"), false);
  context.out().flush();
}

int run(Context& context) {
  const Options& options = context.options();
  std::map<std::string, Stats> last;
  for (;;) {
    report(context, last);
    if (options.flag("no-stream") || !context.out()) {
      return kExitOk;
    }
    (void)::poll(nullptr, 0, static_cast<int>(options.count("interval") * 1000));
  }
}

}  // namespace

constinit const Command kStatsCommand{
    .summary = "Display a live stream of container resource usage statistics",
    .description =
        "Displays CPU, memory, network and block I/O and the number of processes of running "
        "containers, again and again until it is ended",
    .usage = "[options] [CONTAINER...]",
    .examples =
        "stats --all --no-stream\nstats ctrID\n"
        "stats --no-stream --format \"table {{.ID}} {{.Name}} {{.MemUsage}}\" ctrID",
    .options = {kOptions},
    .run = run,
};

}  // namespace gantry::cli
