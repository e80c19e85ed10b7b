// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "core/engine/engine.h"
#include "core/lifecycle/disk_usage.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "format", .help = "Print the sums as JSON or by a Go template"},
    {.name = "verbose",
     .letter = 'v',
     .kind = ValueKind::kFlag,
     .help = "Show each image, container and volume"},
};

constexpr Column kColumns[] = {{"TYPE", "Type"},
                               {"TOTAL", "Total"},
                               {"ACTIVE", "Active"},
                               {"SIZE", "Size"},
                               {"RECLAIMABLE", "Reclaimable"},
                               {"SIZE", "RawSize", false},
                               {"RECLAIMABLE", "RawReclaimable", false}};
constexpr Column kImageColumns[] = {
    {"REPOSITORY", "Repository"},  {"IMAGE ID", "ImageID"},
    {"CREATED", "Created"},        {"SIZE", "Size"},
    {"SHARED SIZE", "SharedSize"}, {"UNIQUE SIZE", "UniqueSize"},
    {"CONTAINERS", "Containers"}};
constexpr Column kContainerColumns[] = {{"CONTAINER ID", "ContainerID"},
                                        {"IMAGE", "Image"},
                                        {"LOCAL VOLUMES", "LocalVolumes"},
                                        {"SIZE", "Size"},
                                        {"CREATED", "Created"},
                                        {"STATUS", "Status"},
                                        {"NAMES", "Names"}};
constexpr Column kVolumeColumns[] = {
    {"VOLUME NAME", "VolumeName"}, {"LINKS", "Links"}, {"SIZE", "Size"}};

std::string size_text(std::uint64_t bytes) {
  return human_size(static_cast<double>(bytes), "", 4);
}

struct Sum {
  const char* type;
  std::size_t total = 0;
  std::size_t active = 0;
  std::uint64_t size = 0;
  std::uint64_t reclaimable = 0;
};

std::vector<Sum> sums_of(const lifecycle::DiskUsage& usage) {
  Sum images{"Images", usage.images.size(), 0, usage.images_size, usage.images_reclaimable};
  for (const lifecycle::ImageUsage& image : usage.images) {
    images.active += image.containers > 0 ? 1 : 0;
  }
  Sum containers{"Containers", usage.containers.size()};
  for (const lifecycle::ContainerUsage& container : usage.containers) {
    containers.active += runs(container.row) ? 1 : 0;
    containers.size += container.writable;
    containers.reclaimable += runs(container.row) ? 0 : container.writable;
  }
  Sum volumes{"Local Volumes", usage.volumes.size()};
  for (const lifecycle::VolumeUsage& volume : usage.volumes) {
    volumes.active += volume.users > 0 ? 1 : 0;
    volumes.size += volume.size;
    volumes.reclaimable += volume.users > 0 ? 0 : volume.size;
  }
  return {images, containers, volumes};
}

std::string reclaimable_text(const Sum& sum) {
  const std::uint64_t percent =
      sum.size == 0 ? 0 : (sum.reclaimable * 200 + sum.size) / (2 * sum.size);
  return size_text(sum.reclaimable) + " (" +
         std::to_string(std::min<std::uint64_t>(percent, 100)) + "%)";
}

void print_sums(Context& context, const lifecycle::DiskUsage& usage) {
  Listing listing{.name = "system df",
                  .type = "summary",
                  .columns = kColumns,
                  .document = OrderedJson::array()};
  for (const Sum& sum : sums_of(usage)) {
    listing.document.push_back({{"Type", sum.type},
                                {"Total", sum.total},
                                {"Active", sum.active},
                                {"Size", sum.size},
                                {"Reclaimable", sum.reclaimable}});
    listing.rows.push_back({{"Type", sum.type},
                            {"Total", sum.total},
                            {"Active", sum.active},
                            {"Size", size_text(sum.size)},
                            {"Reclaimable", reclaimable_text(sum)},
                            {"RawSize", sum.size},
                            {"RawReclaimable", sum.reclaimable}});
  }
  print_listing(context.out(), listing, context.options().text("format"), false);
}

void print_each(Context& context, const lifecycle::DiskUsage& usage) {
  const std::int64_t now = context.engine().clock.now_ns();
  const auto print = [&](const char* title, std::span<const Column> columns,
                         std::vector<OrderedJson> rows) {
    Listing listing{.name = "system df", .type = "row", .columns = columns};
    listing.rows = std::move(rows);
    context.out() << title << " space usage:\n\n";
    print_listing(context.out(), listing, "", false);
    context.out() << "\n";
  };
  std::vector<OrderedJson> rows;
  for (const lifecycle::ImageUsage& one : usage.images) {
    rows.push_back(
        {{"Repository", one.image.names.empty() ? "<none>" : one.image.names.front()},
         {"ImageID", model::short_id(one.image.id)},
         {"Created", human_ago(one.image.created_ns, now)},
         {"Size", size_text(one.size)},
         {"SharedSize", size_text(one.shared)},
         {"UniqueSize", size_text(one.size - one.shared)},
         {"Containers", one.containers}});
  }
  print("Images", kImageColumns, std::move(rows));
  rows.clear();
  for (const lifecycle::ContainerUsage& one : usage.containers) {
    rows.push_back({{"ContainerID", model::short_id(one.row.brief.id)},
                    {"Image", one.row.brief.image_name},
                    {"LocalVolumes", one.volumes},
                    {"Size", size_text(one.writable)},
                    {"Created", human_ago(one.row.brief.created_ns, now)},
                    {"Status", shown_state(one.row.state.status)},
                    {"Names", one.row.brief.name}});
  }
  print("Containers", kContainerColumns, std::move(rows));
  rows.clear();
  for (const lifecycle::VolumeUsage& one : usage.volumes) {
    rows.push_back(
        {{"VolumeName", one.volume.name}, {"Links", one.users}, {"Size", size_text(one.size)}});
  }
  print("Local Volumes", kVolumeColumns, std::move(rows));
}

int run(Context& context) {
  const bool each = context.options().flag("verbose");
  if (each && !context.options().text("format").empty()) {
    throw Error(Code::kInvalid, "cannot combine --format and --verbose flags");
  }
  const lifecycle::DiskUsage usage = lifecycle::disk_usage(context.engine());
  if (each) {
    print_each(context, usage);
  } else {
    print_sums(context, usage);
  }
  return kExitOk;
}

}  // namespace

constinit const Command kSystemDfCommand{
    .summary = "Show disk usage",
    .usage = "[options]",
    .examples = "system df\nsystem df --verbose\nsystem df --format json",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
};

}  // namespace gantry::cli
