// SPDX-License-Identifier: Apache-2.0
//
// tag, untag, rmi, image prune, image exists: names of images, and their end.
#include <algorithm>
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/confirm.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/image_filter.h"
#include "cli/selection.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/image/lookup.h"
#include "core/image/remove.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::cli {
namespace {

constexpr Option kRmiOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Remove all images"},
    {.name = "force",
     .letter = 'f',
     .kind = ValueKind::kFlag,
     .help = "Remove all names, and containers that use the image"},
    {.name = "ignore",
     .letter = 'i',
     .kind = ValueKind::kFlag,
     .help = "Ignore errors when a specified image is missing"},
};
constexpr Option kPruneOptions[] = {
    {.name = "all",
     .letter = 'a',
     .kind = ValueKind::kFlag,
     .help = "Remove all images that no container uses, not just those without a name"},
    {.name = "filter",
     .kind = ValueKind::kArray,
     .help = "Remove only images that fit (label=, until=, as images takes them)"},
    {.name = "force", .letter = 'f', .kind = ValueKind::kFlag, .help = "Do not ask"},
};

int tag(Context& context) {
  const image::Registries registries = image::load_registries();
  const std::vector<std::string>& names = context.arguments();
  for (std::size_t i = 1; i < names.size(); ++i) {
    const std::string name = image::tag(context.engine().store, names[0], names[i], registries);
    const image::Resolved tagged = image::resolve(context.engine().store, names[i], registries);
    lifecycle::announce(context.engine(),
                        {.type = "image", .id = tagged.image.id, .name = name}, "tag");
  }
  return kExitOk;
}

int untag(Context& context) {
  const std::vector<std::string>& names = context.arguments();
  const image::Registries registries = image::load_registries();
  const std::string id =
      image::resolve(context.engine().store, names.front(), registries).image.id;
  for (const std::string& name : image::untag(context.engine().store, names.front(),
                                              {names.begin() + 1, names.end()}, registries)) {
    lifecycle::announce(context.engine(), {.type = "image", .id = id, .name = name}, "untag");
  }
  return kExitOk;
}

void remove_users(engine::Engine& engine, const std::string& name,
                  const image::Registries& registries) {
  const auto found = engine.store.read([&](const store::Reader& reader) {
    const auto image = image::find_image(reader, name, registries);
    return image ? image::users_of(reader, image->image.id) : std::vector<std::string>();
  });
  lifecycle::RemoveOptions how;
  how.force = true;
  how.depend = true;
  for (const std::string& user : found) {
    (void)lifecycle::remove(engine, user, how);
  }
}

void tell(Context& context, const image::Removal& removal, const std::string& asked) {
  for (const std::string& name : removal.untagged) {
    context.out() << "Untagged: " << name << "\n";
    lifecycle::announce(context.engine(), {.type = "image", .id = "", .name = name}, "untag");
  }
  if (!removal.deleted.empty()) {
    context.out() << "Deleted: " << removal.deleted << "\n";
    lifecycle::announce(context.engine(),
                        {.type = "image", .id = removal.deleted, .name = asked}, "remove");
  }
}

int rmi(Context& context) {
  const Options& options = context.options();
  engine::Engine& engine = context.engine();
  const image::Registries registries = image::load_registries();
  const image::Context images = lifecycle::image_context(engine);
  const bool force = options.flag("force");
  std::vector<std::string> names = context.arguments();
  if (options.flag("all")) {
    for (const model::Image& image : image::list_images(engine.store)) {
      names.push_back(image.id);
    }
  }
  Failures failures;
  failures.exit_as_removal();
  for (const std::string& name : names) {
    try {
      if (force) {
        remove_users(engine, name, registries);
      }
      tell(context, image::remove_image(images, name, force || options.flag("all"), registries),
           name);
    } catch (const Error& error) {
      const bool missing = error.code() == Code::kNotFound;
      if (!missing || !(options.flag("ignore") || force)) {
        failures.add(error);
      }
    }
  }
  failures.tell(context);
  return kExitOk;
}

int prune(Context& context) {
  const Options& options = context.options();
  const bool all = options.flag("all");
  const std::vector<ImageTest> tests = image_tests(context.engine(), options.list("filter"));
  if (!options.flag("force") &&
      !confirm(context, all ? "WARNING! This command removes all images without at least one "
                              "container associated with them."
                            : "WARNING! This command removes all dangling images.")) {
    return kExitOk;
  }
  const auto wanted = [&](const model::Image& image) {
    return std::all_of(tests.begin(), tests.end(),
                       [&](const ImageTest& test) { return test(image); });
  };
  for (const image::Removal& removal :
       image::prune_images(lifecycle::image_context(context.engine()), all, wanted)) {
    context.out() << removal.deleted << "\n";
    lifecycle::announce(context.engine(), {.type = "image", .id = removal.deleted}, "remove");
  }
  return kExitOk;
}

int exists(Context& context) {
  const image::Registries registries = image::load_registries();
  const bool found = context.engine().store.read([&](const store::Reader& reader) {
    return image::find_image(reader, context.arguments().front(), registries).has_value();
  });
  return found ? kExitOk : kExitNo;
}

}  // namespace

constinit const Command kTagCommand{
    .summary = "Add an additional name to a local image",
    .usage = "IMAGE TARGET_NAME [TARGET_NAME...]",
    .examples = "tag 0e3bbc2 fedora:latest\ntag imageID:latest myNewImage:newTag",
    .arguments = {.least = 2},
    .run = tag,
    .changes = true,
};

constinit const Command kUntagCommand{
    .summary = "Remove a name from a local image",
    .description = "Removes one or more names, or all when none is given; the image stays",
    .usage = "IMAGE [IMAGE...]",
    .examples = "untag 0e3bbc2\nuntag imageID:latest otherImageName:latest",
    .arguments = {.least = 1},
    .run = untag,
    .changes = true,
};

constinit const Command kRmiCommand{
    .summary = "Remove one or more images from local storage",
    .usage = "[options] IMAGE [IMAGE...]",
    .examples = "rmi imageID\nrmi --force alpine\nrmi c4dfb1609ee2 93fd78260bd1",
    .options = {kRmiOptions},
    .arguments = {.least = 1,
                  .unless = "all",
                  .complaint = "image name or ID must be specified"},
    .run = rmi,
    .changes = true,
};

constinit const Command kImagePruneCommand{
    .summary = "Remove unused images",
    .usage = "[options]",
    .examples = "image prune\nimage prune --all --force",
    .options = {kPruneOptions},
    .arguments = kNoArguments,
    .run = prune,
    .changes = true,
};

constinit const Command kImageExistsCommand{
    .summary = "Check if an image exists in local storage",
    .description = "Exits with 0 when the image exists, with 1 when it does not",
    .usage = "IMAGE",
    .examples = "image exists ID",
    .arguments = {.least = 1, .most = 1},
    .run = exists,
};

}  // namespace gantry::cli
