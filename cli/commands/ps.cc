// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/documents/container_row.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "core/engine/engine.h"
#include "core/lifecycle/disk_usage.h"
#include "core/lifecycle/verbs/healthcheck.h"
#include "core/lifecycle/verbs/list.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Show all containers, not only running ones"},
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter output by conditions"},
    {.name = "format", .help = "Print containers as JSON or by a Go template"},
    {.name = "last",
     .letter = 'n',
     .kind = ValueKind::kInt,
     .help = "Show the n containers created last, in any state",
     .fallback = "-1"},
    {.name = "latest",
     .letter = 'l',
     .kind = ValueKind::kFlag,
     .help = "Show the container created last, in any state"},
    {.name = "no-trunc", .kind = ValueKind::kFlag, .help = "Do not truncate output"},
    {.name = "noheading", .kind = ValueKind::kFlag, .help = "Do not print headers"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only ids"},
    {.name = "size",
     .letter = 's',
     .kind = ValueKind::kFlag,
     .help = "Show the sizes of files"},
    {.name = "sort",
     .help = "Sort output by command, created, id, image, names, runningfor, size or status",
     .fallback = "created"},
    {.name = "sync",
     .kind = ValueKind::kFlag,
     .help = "Taken for the likeness to other engines; the state shown is always current"},
};

constexpr Column kColumns[] = {
    {"CONTAINER ID", "ID"},
    {"IMAGE", "Image"},
    {"COMMAND", "Command"},
    {"CREATED", "CreatedHuman"},
    {"STATUS", "Status"},
    {"PORTS", "Ports"},
    {"NAMES", "Names"},
    {"CREATED", "Created", false},
    {"CREATED", "RunningFor", false},
    {"CREATED AT", "CreatedAt", false},
};
constexpr Column kColumnsWithSize[] = {
    {"CONTAINER ID", "ID"},      {"IMAGE", "Image"},   {"COMMAND", "Command"},
    {"CREATED", "CreatedHuman"}, {"STATUS", "Status"}, {"PORTS", "Ports"},
    {"NAMES", "Names"},          {"SIZE", "Size"},
};

struct Shown {
  store::ContainerRow row;
  std::string health;  // " (healthy)"
  std::optional<ContainerSize> size;
};

ContainerSize size_of(engine::Engine& engine, const std::string& id) {
  const lifecycle::ContainerSize size = lifecycle::container_size(engine, id);
  return {size.writable, size.whole};
}

void sort_by(std::vector<Shown>& shown, const std::string& key) {
  const auto by = [&](const auto& value) {
    std::stable_sort(shown.begin(), shown.end(),
                     [&](const Shown& a, const Shown& b) { return value(a) < value(b); });
  };
  if (key == "id") {
    by([](const Shown& s) -> const std::string& { return s.row.brief.id; });
  } else if (key == "names") {
    by([](const Shown& s) -> const std::string& { return s.row.brief.name; });
  } else if (key == "image") {
    by([](const Shown& s) -> const std::string& { return s.row.brief.image_name; });
  } else if (key == "command") {
    by([](const Shown& s) -> const std::vector<std::string>& { return s.row.brief.argv; });
  } else if (key == "status") {
    by([](const Shown& s) { return model::name_of(s.row.state.status); });
  } else if (key == "size") {
    by([](const Shown& s) { return s.size ? s.size->writable : 0; });
  } else if (key == "runningfor") {
    by([](const Shown& s) { return s.row.state.started_ns; });
  } else if (key != "created") {
    throw Error(Code::kInvalid,
                "invalid argument \"" + key +
                    "\" for \"--sort\" flag: it is command, created, id, image, "
                    "names, runningfor, size or status");
  }
}

std::string health_text(engine::Engine& engine, const store::ContainerRow& row) {
  if (!row.brief.health || !runs(row)) {
    return "";
  }
  const auto health = lifecycle::health_of(engine, row.brief.id);
  return health ? " (" + health->status + ")" : "";
}

OrderedJson with_health(OrderedJson row, const std::string& health) {
  row["Status"] = row["Status"].get<std::string>() + health;
  return row;
}

std::vector<store::ContainerRow> choose(Context& context) {
  const Options& options = context.options();
  const ContainerFilter filter(context.engine(), options.list("filter"));
  const std::int64_t last = options.flag("latest") ? 1 : options.integer("last");
  const bool all = options.flag("all") || last > 0 || filter.names_status();
  std::vector<store::ContainerRow> rows = lifecycle::list(context.engine());
  std::erase_if(rows, [&](const store::ContainerRow& row) {
    return (!all && !runs(row)) || !filter.takes(row);
  });
  if (last > 0 && rows.size() > static_cast<std::size_t>(last)) {
    rows.erase(rows.begin(), rows.end() - last);
  }
  return rows;
}

void refuse_contradictions(const Options& options) {
  if (options.integer("last") >= 0 && options.flag("latest")) {
    throw Error(Code::kInvalid, "last and latest are mutually exclusive");
  }
  if (options.flag("quiet") && options.flag("size")) {
    throw Error(Code::kInvalid, "quiet conflicts with size and namespace");
  }
}

int run(Context& context) {
  const Options& options = context.options();
  refuse_contradictions(options);
  const std::string format = options.text("format");
  const bool truncate = !options.flag("no-trunc");
  std::vector<Shown> shown;
  for (store::ContainerRow& row : choose(context)) {
    std::optional<ContainerSize> size;
    if (options.flag("size")) {
      size = size_of(context.engine(), row.brief.id);
    }
    std::string health = health_text(context.engine(), row);
    shown.push_back({std::move(row), std::move(health), size});
  }
  sort_by(shown, options.text("sort"));
  if (options.flag("quiet") && format.empty()) {
    for (const Shown& one : shown) {
      context.out() << (truncate ? model::short_id(one.row.brief.id) : one.row.brief.id)
                    << "\n";
    }
    return kExitOk;
  }
  const std::int64_t now = context.engine().clock.now_ns();
  Listing listing{
      .name = "ps", .type = "container", .columns = kColumns, .document = OrderedJson::array()};
  if (options.flag("size")) {
    listing.columns = kColumnsWithSize;
  }
  for (const Shown& one : shown) {
    if (wants_json(format)) {
      listing.document.push_back(
          with_health(container_json(one.row, now, one.size), one.health));
    } else {
      listing.rows.push_back(
          with_health(container_row(one.row, {now, truncate}, one.size), one.health));
    }
  }
  print_listing(context.out(), listing, format, options.flag("noheading"));
  return kExitOk;
}

}  // namespace

constinit const Command kPsCommand{
    .summary = "List containers",
    .description = "Prints out information about the containers",
    .usage = "[options]",
    .examples =
        "ps -a\nps -a --format \"{{.ID}}  {{.Image}}  {{.Labels}}  {{.Mounts}}\"\n"
        "ps --size --sort names",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
};

}  // namespace gantry::cli
