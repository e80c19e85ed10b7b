// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/confirm.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/documents/volume_documents.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/volumes.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::cli {
namespace {

constexpr Option kCreateOptions[] = {
    {.name = "driver", .letter = 'd', .help = "Volume driver", .fallback = "local"},
    {.name = "ignore",
     .kind = ValueKind::kFlag,
     .help = "Do not fail if the volume is there already"},
    {.name = "label",
     .letter = 'l',
     .kind = ValueKind::kArray,
     .help = "Set metadata (key=value)"},
    {.name = "opt",
     .letter = 'o',
     .kind = ValueKind::kArray,
     .help = "Set options of the driver (type=, device=, o=)"},
};
constexpr Option kLsOptions[] = {
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter volumes (name=, label=, label!=, driver=, opt=, dangling=, until=)"},
    {.name = "format", .help = "Print volumes as JSON or by a Go template"},
    {.name = "noheading",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Do not print headers"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only names"},
};
constexpr Option kRmOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Remove all volumes"},
    {.name = "force",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Remove a volume even if containers use it: they are removed too"},
    {.name = "time",
     .letter = 't',
     .kind = ValueKind::kUint,
     .help = "Seconds to wait for containers to stop"},
};
constexpr Option kPruneOptions[] = {
    {.name = "filter",
     .kind = ValueKind::kArray,
     .help = "Remove only volumes that fit (label=, label!=, until=, name=)"},
    {.name = "force", .letter = 'f', .kind = ValueKind::kFlag, .help = "Do not ask"},
};

constexpr Column kColumns[] = {
    {"DRIVER", "Driver"}, {"VOLUME NAME", "Name"}, {"MOUNTPOINT", "Mountpoint", false}};

volume::Volumes volumes_of(Context& context) { return volumes_of(context.engine()); }

using Test = std::function<bool(const model::Volume&)>;

bool has_label(const model::Volume& volume, const std::string& asked) {
  const auto label = cut(asked, '=');
  const auto found = volume.labels.find(label ? label->first : asked);
  return found != volume.labels.end() && (!label || found->second == label->second);
}

// Of what is no mistake whichever volumes there are.
Test test_for(const volume::Volumes& volumes, const std::string& filter, std::int64_t now_ns) {
  const auto pair = cut(filter, '=');
  if (!pair) {
    throw Error(Code::kInvalid,
                "filter input must be in the form of filter=value: " + filter + " is invalid");
  }
  const std::string key = pair->first;
  const std::string value = pair->second;
  if (key == "name") {
    return [value](const model::Volume& volume) {
      return volume.name.find(value) != std::string::npos;
    };
  }
  if (key == "driver") {
    return [value](const model::Volume& volume) { return volume.driver == value; };
  }
  if (key == "scope") {
    return [value](const model::Volume&) { return value == "local"; };
  }
  if (key == "dangling") {
    const auto wanted = parse_bool(value);
    if (!wanted) {
      throw Error(Code::kInvalid, "\"" + value +
                                      "\" is not a valid value for the \"dangling\" filter - "
                                      "must be true or false");
    }
    return [&volumes, wanted](const model::Volume& volume) {
      return volumes.users(volume.name).empty() == *wanted;
    };
  }
  if (key == "label" || key == "label!") {
    return [value, wanted = key == "label"](const model::Volume& volume) {
      return has_label(volume, value) == wanted;
    };
  }
  if (key == "until") {
    const auto moment = parse_time(value, now_ns);
    if (!moment) {
      throw Error(Code::kInvalid,
                  "failed to parse value as time or duration: \"" + value + "\"");
    }
    return [moment](const model::Volume& volume) { return volume.created_ns < *moment; };
  }
  if (key == "opt") {
    return [value](const model::Volume& volume) { return volume.options.contains(value); };
  }
  throw Error(Code::kInvalid, "\"" + key + "\" is an invalid volume filter");
}

std::vector<model::Volume> chosen(Context& context) {
  const volume::Volumes volumes = volumes_of(context);
  std::vector<model::Volume> all = volumes.list();
  for (const std::string& filter : context.options().list("filter")) {
    const Test fits = test_for(volumes, filter, context.engine().clock.now_ns());
    std::erase_if(all, [&](const model::Volume& one) { return !fits(one); });
  }
  return all;
}

int create(Context& context) {
  const Options& options = context.options();
  volume::NewVolume request;
  request.name = context.arguments().empty() ? "" : context.arguments().front();
  request.driver = options.text("driver");
  request.labels = parse_labels(options.list("label"));
  request.options = parse_labels(options.list("opt"));
  request.ignore_existing = options.flag("ignore");
  const std::string name = volumes_of(context).create(request);
  lifecycle::announce(context.engine(), {.type = "volume", .name = name}, "create");
  context.out() << name << "\n";
  return kExitOk;
}

int ls(Context& context) {
  const Options& options = context.options();
  if (options.flag("quiet") && options.given("format")) {
    throw Error(Code::kInvalid, "quiet and format flags cannot be used together");
  }
  const volume::Volumes volumes = volumes_of(context);
  Listing listing{
      .name = "ls", .type = "volume", .columns = kColumns, .document = OrderedJson::array()};
  for (const model::Volume& volume : chosen(context)) {
    if (options.flag("quiet")) {
      context.out() << volume.name << "\n";
      continue;
    }
    listing.rows.push_back(
        volume_json(volume, volumes.path(volume.name), volumes.users(volume.name).size()));
    listing.document.push_back(volume_without_empties(listing.rows.back()));
  }
  const bool nothing = listing.document.empty() && !wants_json(options.text("format"));
  if (!options.flag("quiet") && !nothing) {
    print_listing(context.out(), listing, options.text("format"), options.flag("noheading"));
  }
  return kExitOk;
}

// Answers its whole name.
std::string remove_volume(Context& context, const std::string& name) {
  const Options& options = context.options();
  volume::Volumes volumes = volumes_of(context);
  if (options.flag("force")) {
    lifecycle::RemoveOptions how;
    how.force = true;
    how.depend = true;
    if (options.given("time")) {
      how.timeout_s = static_cast<unsigned>(options.count("time"));
    }
    for (const std::string& user : volumes.users(volumes.inspect(name).name)) {
      (void)lifecycle::remove(context.engine(), user, how);
    }
  }
  const std::string full = volumes.inspect(name).name;
  volumes.remove(full);
  lifecycle::announce(context.engine(), {.type = "volume", .name = full}, "remove");
  return full;
}

int rm(Context& context) {
  std::vector<std::string> names = context.arguments();
  if (context.options().flag("all")) {
    for (const model::Volume& volume : volumes_of(context).list()) {
      names.push_back(volume.name);
    }
  }
  remove_each(context, names, context.options().flag("force"), [&](const std::string& name) {
    context.out() << remove_volume(context, name) << "\n";
    return false;
  });
  return kExitOk;
}

int prune(Context& context) {
  if (!context.options().flag("force") &&
      !confirm(context,
               "WARNING! This will remove all volumes not used by at least one container.")) {
    return kExitOk;
  }
  volume::Volumes volumes = volumes_of(context);
  for (const model::Volume& volume : chosen(context)) {
    if (volumes.users(volume.name).empty()) {
      volumes.remove(volume.name);
      lifecycle::announce(context.engine(), {.type = "volume", .name = volume.name}, "prune");
      context.out() << volume.name << "\n";
    }
  }
  return kExitOk;
}

int exists(Context& context) {
  try {
    (void)volumes_of(context).inspect(context.arguments().front());
    return kExitOk;
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) {
      return kExitNo;
    }
    throw;
  }
}

}  // namespace

constinit const Command kVolumeCommand{
    .summary = "Manage volumes",
    .description = "Volumes are created in and can be shared between containers",
    .usage = "[command]",
};

constinit const Command kVolumeCreateCommand{
    .summary = "Create a new volume",
    .usage = "[options] [NAME]",
    .examples = "volume create myvol\nvolume create\nvolume create --label foo=bar myvol",
    .options = {kCreateOptions},
    .arguments = {.most = 1},
    .run = create,
    .changes = true,
};

constinit const Command kVolumeLsCommand{
    .summary = "List volumes",
    .usage = "[options]",
    .examples =
        "volume ls\nvolume ls --format json\nvolume ls --format \"{{.Driver}} {{.Scope}}\"",
    .options = {kLsOptions},
    .arguments = kNoArguments,
    .run = ls,
};

constinit const Command kVolumeRmCommand{
    .summary = "Remove one or more volumes",
    .description = "Removes volumes that no container uses, with --force others too",
    .usage = "[options] VOLUME [VOLUME...]",
    .examples = "volume rm myvol1 myvol2\nvolume rm --all\nvolume rm --force myvol",
    .options = {kRmOptions},
    .arguments = {.least = 1,
                  .unless = "all",
                  .complaint = "choose either one or more volumes or all"},
    .run = rm,
    .changes = true,
};

constinit const Command kVolumePruneCommand{
    .summary = "Remove all unused volumes",
    .usage = "[options]",
    .examples = "volume prune\nvolume prune --force --filter label=cache",
    .options = {kPruneOptions},
    .arguments = kNoArguments,
    .run = prune,
    .changes = true,
};

constinit const Command kVolumeExistsCommand{
    .summary = "Check if a volume exists",
    .description = "Exits with 0 when the volume exists, with 1 when it does not",
    .usage = "VOLUME",
    .examples = "volume exists myvol",
    .arguments = {.least = 1, .most = 1},
    .run = exists,
};

}  // namespace gantry::cli
