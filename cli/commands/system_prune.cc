// SPDX-License-Identifier: Apache-2.0
//
// system prune and network prune: what no container uses.
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/confirm.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/selection.h"
#include "core/engine/engine.h"
#include "core/engine/volumes.h"
#include "core/image/remove.h"
#include "core/lifecycle/disk_usage.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::cli {
namespace {

constexpr Option kForce{
    .name = "force", .letter = 'f', .kind = ValueKind::kFlag, .help = "Do not ask"};
constexpr Option kSystemOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Remove all images that no container uses, not just those without a name"},
    {.name = "filter", .kind = ValueKind::kArray, .help = "Remove only containers that fit"},
    kForce,
    {.name = "volumes", .kind = ValueKind::kFlag, .help = "Remove volumes, too"},
};
constexpr Option kNetworkOptions[] = {kForce};

void print_title(Context& context, const char* title, bool& printed) {
  if (!printed) {
    context.out() << title << "\n";
    printed = true;
  }
}

// One that cannot be removed is told and does not keep the others. remove answers whether
// it was there to be removed.
void try_each(Context& context, const char* title, const std::vector<std::string>& names,
              const std::function<bool(const std::string&)>& remove) {
  bool printed = false;
  for (const std::string& name : names) {
    try {
      if (remove(name)) {
        print_title(context, title, printed);
        context.out() << name << "\n";
      }
    } catch (const Error& error) {
      context.err() << "Error: " << error.what() << "\n";
    }
  }
}

std::vector<std::string> ended_containers(Context& context) {
  const ContainerFilter filter(context.engine(), context.options().list("filter"));
  std::vector<std::string> ids;
  for (const store::ContainerRow& row : all_containers(context)) {
    const model::Status status = row.state.status;
    if ((status == model::Status::kConfigured || status == model::Status::kCreated ||
         status == model::Status::kStopped || status == model::Status::kExited) &&
        filter.takes(row)) {
      ids.push_back(row.brief.id);
    }
  }
  return ids;
}

std::vector<std::string> unused_volumes(const volume::Volumes& volumes) {
  std::vector<std::string> names;
  for (const model::Volume& volume : volumes.list()) {
    if (volumes.users(volume.name).empty()) {
      names.push_back(volume.name);
    }
  }
  return names;
}

std::vector<std::string> unused_networks(engine::Engine& engine) {
  std::vector<std::string> names = engine.backends.network("").list();
  const std::vector<store::ContainerRow> rows = lifecycle::list(engine);
  std::erase_if(names, [&](const std::string& name) {
    return name == engine.settings.default_network ||
           std::any_of(rows.begin(), rows.end(), [&](const store::ContainerRow& row) {
             const auto& used = row.brief.networks;
             return std::find(used.begin(), used.end(), name) != used.end();
           });
  });
  return names;
}

// The administrator's networks are not ours to remove, and nobody asked for that.
bool remove_own_network(engine::Engine& engine, const std::string& name) {
  try {
    engine.backends.network("").remove(name);
    return true;
  } catch (const Error& error) {
    if (error.code() != Code::kPermission && error.code() != Code::kNotFound) {
      throw;
    }
    return false;
  }
}

void prune_networks(Context& context, const char* title) {
  engine::Engine& engine = context.engine();
  try_each(context, title, unused_networks(engine),
           [&](const std::string& name) { return remove_own_network(engine, name); });
}

std::uint64_t bytes_of(const lifecycle::DiskUsage& usage) {
  std::uint64_t bytes = usage.images_size;
  for (const lifecycle::ContainerUsage& container : usage.containers) {
    bytes += container.writable;
  }
  for (const lifecycle::VolumeUsage& volume : usage.volumes) {
    bytes += volume.size;
  }
  return bytes;
}

void prune_images(Context& context, bool all) {
  bool printed = false;
  for (const image::Removal& removal :
       image::prune_images(lifecycle::image_context(context.engine()), all)) {
    print_title(context, "Deleted Images", printed);
    context.out() << removal.deleted << "\n";
  }
}

std::string warning_of(const Options& options) {
  std::string warning =
      "WARNING! This command removes:\n\t- all stopped containers\n"
      "\t- all networks not used by at least one container\n";
  if (options.flag("volumes")) {
    warning += "\t- all volumes not used by at least one container\n";
  }
  return warning + (options.flag("all")
                        ? "\t- all images without at least one container associated with them\n"
                        : "\t- all dangling images\n");
}

int prune_system(Context& context) {
  const Options& options = context.options();
  if (!options.flag("force") && !confirm(context, warning_of(options))) {
    return kExitOk;
  }
  engine::Engine& engine = context.engine();
  const std::uint64_t before = bytes_of(lifecycle::disk_usage(engine));
  try_each(context, "Deleted Containers", ended_containers(context),
           [&](const std::string& id) {
             (void)lifecycle::remove(engine, id, {});
             return true;
           });
  if (options.flag("volumes")) {
    volume::Volumes volumes = volumes_of(engine);
    try_each(context, "Deleted Volumes", unused_volumes(volumes), [&](const std::string& name) {
      volumes.remove(name);
      return true;
    });
  }
  prune_networks(context, "Deleted Networks");
  prune_images(context, options.flag("all"));
  const std::uint64_t after = bytes_of(lifecycle::disk_usage(engine));
  context.out() << "Total reclaimed space: "
                << human_size(static_cast<double>(before > after ? before - after : 0)) << "\n";
  return kExitOk;
}

int prune_network(Context& context) {
  if (!context.options().flag("force") &&
      !confirm(context,
               "WARNING! This will remove all networks not used by at least one container.")) {
    return kExitOk;
  }
  engine::Engine& engine = context.engine();
  for_each(context, unused_networks(engine), true,
           [&](const std::string& name) { return remove_own_network(engine, name); });
  return kExitOk;
}

}  // namespace

constinit const Command kSystemPruneCommand{
    .summary = "Remove unused data",
    .description = "Removes what no container uses, and containers that do not run",
    .usage = "[options]",
    .examples = "system prune\nsystem prune --all --volumes --force",
    .options = {kSystemOptions},
    .arguments = kNoArguments,
    .run = prune_system,
    .changes = true,
};

constinit const Command kNetworkPruneCommand{
    .summary = "Remove all unused networks",
    .usage = "[options]",
    .examples = "network prune --force",
    .options = {kNetworkOptions},
    .arguments = kNoArguments,
    .run = prune_network,
    .changes = true,
};

}  // namespace gantry::cli
