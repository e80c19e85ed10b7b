// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/documents/image_documents.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "core/engine/engine.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "format", .help = "Change the output to JSON or a Go template"},
    {.name = "human",
     .letter = 'H',
     .kind = ValueKind::kFlag,
     .help = "Print sizes and dates for people",
     .fallback = "true"},
    {.name = "no-trunc", .kind = ValueKind::kFlag, .help = "Do not truncate output"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only ids"},
};

constexpr Column kColumns[] = {{"ID", "ID"},
                               {"CREATED", "Created"},
                               {"CREATED BY", "CreatedBy"},
                               {"SIZE", "Size"},
                               {"COMMENT", "Comment"}};

int run(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  const image::Resolved found =
      image::resolve(engine.store, context.arguments().front(), image::load_registries());
  const ImageStyle style{engine.clock.now_ns(), !options.flag("no-trunc")};
  Listing listing{.name = "history",
                  .type = "history",
                  .columns = kColumns,
                  .document = OrderedJson::array()};
  for (const image::HistoryLine& line : image::history_of(found.image)) {
    listing.document.push_back(history_json(line));
    listing.rows.push_back(history_row(line, style, options.flag("human")));
    if (options.flag("quiet")) {
      context.out() << listing.rows.back()["ID"].get<std::string>() << "\n";
    }
  }
  if (!options.flag("quiet")) {
    print_listing(context.out(), listing, options.text("format"), false);
  }
  return kExitOk;
}

}  // namespace

constinit const Command kHistoryCommand{
    .summary = "Show history of a specified image",
    .usage = "[options] IMAGE",
    .examples = "history quay.io/fedora/fedora",
    .options = {kOptions},
    .arguments = {.least = 1, .most = 1},
    .run = run,
};

}  // namespace gantry::cli
