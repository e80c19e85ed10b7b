// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/documents/image_documents.h"
#include "cli/exit_codes.h"
#include "cli/image_filter.h"
#include "cli/report.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/image/lookup.h"
#include "core/image/reference.h"
#include "core/image/remove.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Show all images"},
    {.name = "digests", .kind = ValueKind::kFlag, .help = "Show digests"},
    {.name = "filter",
     .letter = 'f',
     .kind = ValueKind::kArray,
     .help = "Filter images (dangling=, label=, reference=, before=, since=, until=, id=)"},
    {.name = "format", .help = "Print images as JSON or by a Go template"},
    {.name = "no-trunc", .kind = ValueKind::kFlag, .help = "Do not truncate output"},
    {.name = "noheading",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Do not print headers"},
    {.name = "quiet", .letter = 'q', .kind = ValueKind::kFlag, .help = "Print only ids"},
    {.name = "sort",
     .help = "Sort by created, id, repository, size or tag",
     .fallback = "created"},
};

constexpr Column kColumns[] = {
    {"REPOSITORY", "Repository"}, {"TAG", "Tag"},   {"IMAGE ID", "ID"},
    {"CREATED", "Created"},       {"SIZE", "Size"}, {"CREATED", "CreatedSince", false}};
constexpr Column kColumnsWithDigests[] = {{"REPOSITORY", "Repository"}, {"TAG", "Tag"},
                                          {"DIGEST", "Digest"},         {"IMAGE ID", "ID"},
                                          {"CREATED", "Created"},       {"SIZE", "Size"}};

std::vector<model::Image> choose(Context& context) {
  engine::Engine& engine = context.engine();
  std::vector<model::Image> images = image::list_images(engine.store);
  std::vector<ImageTest> tests = image_tests(engine, context.options().list("filter"));
  if (!context.arguments().empty()) {
    tests.push_back([name = context.arguments().front()](const model::Image& image) {
      return has_image_name(image, name) || image.id.starts_with(name);
    });
  }
  std::erase_if(images, [&](const model::Image& image) {
    return !std::all_of(tests.begin(), tests.end(),
                        [&](const ImageTest& test) { return test(image); });
  });
  return images;
}

void sort_by(std::vector<model::Image>& images, const std::string& key) {
  const auto by = [&](const auto& value) {
    std::stable_sort(images.begin(), images.end(),
                     [&](const auto& a, const auto& b) { return value(a) < value(b); });
  };
  const auto first_name = [](const model::Image& image) {
    return image.names.empty() ? std::string("<none>") : image.names.front();
  };
  if (key == "id") {
    by([](const model::Image& image) -> const std::string& { return image.id; });
  } else if (key == "size") {
    by([](const model::Image& image) { return image.size; });
  } else if (key == "repository") {
    by(first_name);
  } else if (key == "tag") {
    by([&](const model::Image& image) {
      const std::string name = first_name(image);
      return name.substr(name.rfind(':') + 1);
    });
  } else if (key != "created") {
    throw Error(Code::kInvalid,
                "\"" + key +
                    "\" is not a valid field for sorting. Choose from: created, id, "
                    "repository, size, tag");
  }
}

int run(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  std::vector<model::Image> images = choose(context);
  sort_by(images, options.text("sort"));
  const ImageStyle style{engine.clock.now_ns(), !options.flag("no-trunc")};
  Listing listing{
      .name = "images", .type = "image", .columns = kColumns, .document = OrderedJson::array()};
  if (options.flag("digests")) {
    listing.columns = kColumnsWithDigests;
  }
  const std::string format = options.text("format");
  const bool only_ids = options.flag("quiet") && (format.empty() || format == "table");
  for (const model::Image& image : images) {
    if (only_ids) {
      context.out() << (style.truncate ? model::short_id(image.id) : "sha256:" + image.id)
                    << "\n";
      continue;
    }
    const std::size_t users = engine.store.read(
        [&](const store::Reader& reader) { return image::users_of(reader, image.id).size(); });
    listing.document.push_back(image_json(image, users));
    for (OrderedJson& row : image_rows(image, style, users)) {
      listing.rows.push_back(std::move(row));
    }
  }
  if (!only_ids) {
    print_listing(context.out(), listing, format, options.flag("noheading"));
  }
  return kExitOk;
}

}  // namespace

constinit const Command kImagesCommand{
    .summary = "List images in local storage",
    .description = "Lists images previously pulled, loaded or imported",
    .usage = "[options] [IMAGE]",
    .examples =
        "images --format json\n"
        "images --sort repository --format \"table {{.ID}} {{.Repository}} {{.Tag}}\"\n"
        "images --filter dangling=true",
    .options = {kOptions},
    .arguments = {.most = 1},
    .run = run,
};

}  // namespace gantry::cli
