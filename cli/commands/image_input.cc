// SPDX-License-Identifier: Apache-2.0
//
// load, import and pull: how images get in.
#include <unistd.h>

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/commands/progress.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/exit_codes.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/image/import.h"
#include "core/image/load.h"
#include "core/image/pull.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/image_choice.h"

namespace gantry::cli {
namespace {

constexpr Option kQuiet{.name = "quiet",
                        .letter = 'q',
                        .kind = ValueKind::kFlag,
                        .help = "Do not tell how it goes"};

constexpr Option kLoadOptions[] = {
    {.name = "input",
     .letter = 'i',
     .help = "Read from this archive or folder; standard input when not given"},
    kQuiet,
};
constexpr Option kImportOptions[] = {
    {.name = "arch", .help = "Architecture of the imported image"},
    {.name = "change",
     .letter = 'c',
     .kind = ValueKind::kArray,
     .help = "Apply instructions to the image: CMD | ENTRYPOINT | ENV | EXPOSE | HEALTHCHECK | "
             "LABEL | ONBUILD | STOPSIGNAL | USER | VOLUME | WORKDIR"},
    {.name = "message", .letter = 'm', .help = "Message in the image's history"},
    {.name = "os", .help = "Operating system of the imported image"},
    kQuiet,
    {.name = "variant", .help = "Variant of the architecture"},
};
constexpr Option kPullOptions[] = {
    {.name = "arch", .help = "Choose images for this architecture instead of this machine's"},
    {.name = "authfile", .help = "File with credentials for registries"},
    {.name = "cert-dir", .help = "Folder with TLS certificates and keys"},
    {.name = "creds", .help = "Credentials for the registry", .argument = "user:password"},
    {.name = "os", .help = "Choose images for this operating system"},
    {.name = "platform",
     .help = "Choose images for this platform",
     .argument = "os/arch[/variant]"},
    {.name = "policy",
     .help = "When to pull (\"always\"|\"missing\"|\"newer\"|\"never\")",
     .fallback = "always"},
    kQuiet,
    {.name = "tls-verify",
     .kind = ValueKind::kFlag,
     .help = "Require HTTPS and verify certificates; as registries.conf says when not given"},
    {.name = "variant", .help = "Choose images for this variant of the architecture"},
};

int load(Context& context) {
  const Options& options = context.options();
  image::Context images = lifecycle::image_context(context.engine());
  ProgressDisplay display(context.err(), options.flag("quiet"));
  images.progress = display.progress();
  std::vector<image::LoadedImage> loaded;
  if (options.given("input") && options.text("input") != "-") {
    loaded = image::load(images, options.text("input"));
  } else {
    if (::isatty(STDIN_FILENO) == 1) {
      throw Error(
          Code::kInvalid,
          "cannot read from terminal, use command-line redirection or the --input flag");
    }
    loaded = image::load(images, STDIN_FILENO, "standard input");
  }
  display.finish();
  const std::string from = options.given("input") ? options.text("input") : "-";
  for (const image::LoadedImage& image : loaded) {
    lifecycle::announce(context.engine(), {.type = "image", .id = image.id, .name = from},
                        "loadfromarchive");
    context.out() << "Loaded image: "
                  << (image.names.empty() ? "sha256:" + image.id : join(image.names, ","))
                  << "\n";
  }
  return kExitOk;
}

int import(Context& context) {
  const Options& options = context.options();
  const std::string& path = context.arguments().front();
  image::ImportOptions how;
  how.reference = context.arguments().size() > 1 ? context.arguments()[1] : "";
  how.changes = options.list("change");
  how.message = options.text("message");
  how.os = options.text("os");
  how.architecture = options.text("arch");
  how.variant = options.text("variant");
  image::Context images = lifecycle::image_context(context.engine());
  ProgressDisplay display(context.err(), options.flag("quiet"));
  images.progress = display.progress();
  const model::Image image = path == "-"
                                 ? image::import_root(images, STDIN_FILENO, "-", how)
                                 : image::import_root(images, std::filesystem::path(path), how);
  display.finish();
  lifecycle::announce(context.engine(),
                      {.type = "image", .id = image.id, .name = how.reference}, "import");
  context.out() << "sha256:" << image.id << "\n";
  return kExitOk;
}

int pull(Context& context) {
  const Options& options = context.options();
  image::Context images = lifecycle::image_context(context.engine());
  ProgressDisplay display(context.err(), options.flag("quiet"));
  images.progress = display.progress();
  image::PullOptions how;
  how.policy = image::parse_pull_policy(options.text("policy"));
  how.registries = image::load_registries();
  how.platform = read_platform(options);
  how.authfile = options.text("authfile");
  how.credentials = options.text("creds");
  how.cert_dir = options.text("cert-dir");
  how.signature_policy = context.engine().settings.signature_policy;
  if (options.given("tls-verify")) {
    how.tls_verify = options.flag("tls-verify");
  }
  for (const std::string& name : context.arguments()) {
    const model::Image image = image::choose(images, name, how);
    display.finish();
    lifecycle::announce(context.engine(), {.type = "image", .id = image.id, .name = name},
                        "pull");
    context.out() << image.id << "\n";
  }
  return kExitOk;
}

}  // namespace

constinit const Command kLoadCommand{
    .summary = "Load images from an archive",
    .description = "Loads images from a docker archive, or an OCI archive or layout folder",
    .usage = "[options]",
    .examples = "load -i image.tar\nload < image.tar",
    .options = {kLoadOptions},
    .arguments = kNoArguments,
    .run = load,
    .changes = true,
};

constinit const Command kImportCommand{
    .summary = "Import a tarball to create a file system image",
    .description = "Makes an image of one layer from the tarball of a root file system",
    .usage = "[options] PATH [REFERENCE]",
    .examples = "import ctr.tar my-image\ncat ctr.tar | gantry import -",
    .options = {kImportOptions},
    .arguments = {.least = 1, .most = 2},
    .run = import,
    .changes = true,
};

constinit const Command kPullCommand{
    .summary = "Pull an image from a registry",
    .description = "Pulls images from a registry or another place that skopeo can read",
    .usage = "[options] IMAGE [IMAGE...]",
    .examples = "pull imageName\npull fedora:latest",
    .options = {kPullOptions},
    .arguments = {.least = 1},
    .run = pull,
    .changes = true,
};

}  // namespace gantry::cli
