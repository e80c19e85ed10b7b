// SPDX-License-Identifier: Apache-2.0
#include "cli/inspection.h"

#include "cli/commands/commands.h"
#include "cli/selection.h"
#include "core/engine/engine.h"
#include "core/engine/volumes.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    kFormatOption,
    kLatestOption,
    {.name = "size",
     .letter = 's',
     .kind = ValueKind::kFlag,
     .help = "Show the sizes of a container's files"},
    {.name = "type",
     .letter = 't',
     .help =
         "Kind of object to look for (\"all\"|\"container\"|\"image\"|\"volume\"|\"network\")",
     .fallback = "all"},
};
constexpr Option kContainerOptions[] = {
    kFormatOption,
    kLatestOption,
    {.name = "size",
     .letter = 's',
     .kind = ValueKind::kFlag,
     .help = "Show the sizes of the container's files"},
};
constexpr Option kPlainOptions[] = {kFormatOption};
constexpr Option kVolumeOptions[] = {
    {.name = "all", .letter = 'a', .kind = ValueKind::kFlag, .help = "Inspect all volumes"},
    kFormatOption,
};

Finder containers(Context& context) {
  const bool size = context.options().flag("size");
  return {"container", [&engine = context.engine(), size](const std::string& name) {
            return find_container_document(engine, name, size);
          }};
}
Finder images(Context& context) {
  return {"image", [&engine = context.engine()](const std::string& name) {
            return find_image_document(engine, name);
          }};
}
Finder volumes(Context& context) {
  return {"volume", [&engine = context.engine()](const std::string& name) {
            return find_volume_document(engine, name);
          }};
}
Finder networks(Context& context) {
  return {"network", [&engine = context.engine()](const std::string& name) {
            return find_network_document(engine, name);
          }};
}

std::vector<std::string> names_of(Context& context) {
  if (context.options().flag("latest")) {
    if (!context.arguments().empty()) {
      throw Error(Code::kInvalid, "--latest and arguments cannot be used together");
    }
    return {latest_container(context.engine())};
  }
  return context.arguments();
}

int inspect_any(Context& context) {
  const std::string type = context.options().text("type");
  std::vector<Finder> finders;
  const auto wants = [&](const char* word) { return type == word || type == "all"; };
  if (wants("container")) {
    finders.push_back(containers(context));
  }
  if (wants("image")) {
    finders.push_back(images(context));
  }
  if (wants("volume")) {
    finders.push_back(volumes(context));
  }
  if (wants("network")) {
    finders.push_back(networks(context));
  }
  if (finders.empty()) {
    throw Error(
        Code::kInvalid,
        "invalid type \"" + type + "\": must be one of all, container, image, network, volume");
  }
  return inspect_objects(context, names_of(context), finders, type == "all" ? "object" : type);
}

int inspect_containers(Context& context) {
  return inspect_objects(context, names_of(context), {containers(context)}, "container");
}
int inspect_images(Context& context) {
  return inspect_objects(context, context.arguments(), {images(context)}, "image");
}
int inspect_volumes(Context& context) {
  std::vector<std::string> names = context.arguments();
  if (context.options().flag("all")) {
    const engine::Engine& engine = context.engine();
    names.clear();
    for (const model::Volume& one : volumes_of(engine).list()) {
      names.push_back(one.name);
    }
  }
  return inspect_objects(context, names, {volumes(context)}, "volume");
}
int inspect_networks(Context& context) {
  return inspect_objects(context, context.arguments(), {networks(context)}, "network");
}

constexpr ArgumentRule kSome{
    .least = 1, .unless = "latest", .complaint = "no names or ids specified"};

}  // namespace

constinit const Command kInspectCommand{
    .summary = "Display the configuration of an object by name or id",
    .description = "Displays what is known of containers, images, volumes and networks",
    .usage = "[options] NAME|ID [NAME|ID...]",
    .examples =
        "inspect alpine\ninspect --format \"imageId: {{.Id}} size: {{.Size}}\" alpine\n"
        "inspect --format \"image: {{.ImageName}} driver: {{.Driver}}\" myctr",
    .options = {kOptions},
    .arguments = kSome,
    .run = inspect_any,
};

constinit const Command kContainerInspectCommand{
    .summary = "Display the configuration of a container",
    .usage = "[options] CONTAINER [CONTAINER...]",
    .examples =
        "container inspect myCtr\ncontainer inspect -l --format '{{.Id}} {{.Config.Labels}}'",
    .options = {kContainerOptions},
    .arguments = kSome,
    .run = inspect_containers,
};

constinit const Command kImageInspectCommand{
    .summary = "Display the configuration of an image",
    .usage = "[options] IMAGE [IMAGE...]",
    .examples = "image inspect alpine\nimage inspect --format \"{{.Id}} {{.Size}}\" alpine",
    .options = {kPlainOptions},
    .arguments = kSome,
    .run = inspect_images,
};

constinit const Command kVolumeInspectCommand{
    .summary = "Display detailed information on one or more volumes",
    .usage = "[options] VOLUME [VOLUME...]",
    .examples =
        "volume inspect myvol\nvolume inspect --format \"{{.Driver}} {{.Scope}}\" myvol",
    .options = {kVolumeOptions},
    .arguments = {.least = 1,
                  .unless = "all",
                  .complaint = "provide one or more volume names or use --all"},
    .run = inspect_volumes,
};

constinit const Command kNetworkInspectCommand{
    .summary = "Display the configuration of networks",
    .usage = "[options] NETWORK [NETWORK...]",
    .examples = "network inspect gantry",
    .options = {kPlainOptions},
    .arguments = {.least = 1},
    .run = inspect_networks,
};

}  // namespace gantry::cli
