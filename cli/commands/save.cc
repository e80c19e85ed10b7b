// SPDX-License-Identifier: Apache-2.0
#include "core/image/save.h"

#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/commands/progress.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "core/engine/engine.h"
#include "core/image/lookup.h"
#include "core/image/reference.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/image_choice.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "compress", .kind = ValueKind::kFlag, .help = "Compress the layers"},
    {.name = "format",
     .help = "Form of the archive (docker-archive, oci-archive, oci-dir, docker-dir)",
     .fallback = "docker-archive"},
    {.name = "multi-image-archive",
     .letter = 'm',
     .kind = ValueKind::kFlag,
     .help = "Further arguments are images, not names for the first"},
    {.name = "output",
     .letter = 'o',
     .help = "Write to this file; standard output when not given"},
    {.name = "quiet",
     .letter = 'q',
     .kind = ValueKind::kFlag,
     .help = "Do not tell how it goes"},
};

image::SavedImage find(engine::Engine& engine, const std::string& name,
                       const image::Registries& registries) {
  image::Resolved found = image::resolve(engine.store, name, registries);
  image::SavedImage saved;
  if (!found.name.empty()) {
    saved.names.push_back(found.name);
  }
  saved.image = std::move(found.image);
  return saved;
}

std::vector<image::SavedImage> chosen(Context& context) {
  const image::Registries registries = image::load_registries();
  const std::vector<std::string>& names = context.arguments();
  std::vector<image::SavedImage> images{find(context.engine(), names[0], registries)};
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (context.options().flag("multi-image-archive")) {
      images.push_back(find(context.engine(), names[i], registries));
    } else {
      images.front().names.push_back(image::normalize_local(names[i]).text());
    }
  }
  return images;
}

void tell(Context& context, const std::vector<image::SavedImage>& images,
          const std::string& place) {
  for (const image::SavedImage& saved : images) {
    lifecycle::announce(context.engine(),
                        {.type = "image", .id = saved.image.id, .name = place}, "save");
  }
}

int run(Context& context) {
  const Options& options = context.options();
  image::SaveOptions how;
  how.format = image::parse_save_format(options.text("format"));
  how.compress = options.flag("compress");
  image::Context images = lifecycle::image_context(context.engine());
  ProgressDisplay display(context.err(), options.flag("quiet"));
  images.progress = display.progress();
  const std::vector<image::SavedImage> wanted = chosen(context);
  if (options.given("output")) {
    image::save(images, wanted, options.text("output"), how);
    tell(context, wanted, options.text("output"));
    return kExitOk;
  }
  if (how.format == image::SaveFormat::kOciDir || how.format == image::SaveFormat::kDockerDir) {
    throw Error(Code::kInvalid, "the format " + options.text("format") + " needs --output");
  }
  if (::isatty(STDOUT_FILENO) == 1) {
    throw Error(Code::kInvalid, "refusing to save to terminal. Use -o flag or redirect");
  }
  image::save(images, wanted, STDOUT_FILENO, how);
  tell(context, wanted, "-");
  return kExitOk;
}

}  // namespace

constinit const Command kSaveCommand{
    .summary = "Save images to an archive",
    .usage = "[options] IMAGE [IMAGE...]",
    .examples =
        "save --quiet -o myimage.tar imageID\nsave --format oci-dir -o alpine-dir alpine\n"
        "save > alpine-all.tar alpine:latest",
    .options = {kOptions},
    .arguments = {.least = 1, .complaint = "need at least 1 argument"},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
