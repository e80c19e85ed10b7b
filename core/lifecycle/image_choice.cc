// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/image_choice.h"

#include "core/image/lookup.h"
#include "core/image/pull.h"
#include "core/image/registries.h"
#include "core/lifecycle/announce.h"

namespace gantry::lifecycle {

namespace {

// Most names are found without the files under /etc/containers, which are slow to read.
std::optional<image::Resolved> find_local(engine::Engine& engine, const std::string& name) {
  const image::Registries usual{{"docker.io"}, {}};
  auto found = engine.store.read(
      [&](const store::Reader& reader) { return image::find_image(reader, name, usual); });
  if (!found) {
    const image::Registries registries = image::load_registries();
    found = engine.store.read([&](const store::Reader& reader) {
      return image::find_image(reader, name, registries);
    });
  }
  return found;
}

}  // namespace

image::Context image_context(engine::Engine& engine) {
  return {
      engine.backends.storage(""), engine.store, engine.layout.data / "images",
      engine.layout.tmp(),         {},           [&engine] { return engine.cancellation(); }};
}

ChosenImage choose_image(engine::Engine& engine, const CreateRequest& request,
                         const std::function<void(const std::string&)>& progress) {
  const std::string& name = request.image;
  image::PullOptions options;
  options.policy = image::parse_pull_policy(request.pull);
  options.platform = request.platform;
  options.authfile = request.authfile;
  options.tls_verify = request.tls_verify;
  const bool local_will_do = options.policy == image::PullPolicy::kMissing ||
                             options.policy == image::PullPolicy::kNever;
  if (local_will_do && !options.platform) {
    if (auto found = find_local(engine, name)) {
      return {std::move(found->image), found->name.empty() ? name : found->name};
    }
  }
  options.registries = image::load_registries();
  options.signature_policy = engine.settings.signature_policy;
  image::Context context = image_context(engine);
  context.progress.line = progress;
  model::Image image = image::choose(context, name, options);
  announce(engine, {.type = "image", .id = image.id, .name = name}, "pull");
  std::string recorded = name;
  if (const auto found = find_local(engine, name); found && !found->name.empty()) {
    recorded = found->name;
  }
  return {std::move(image), std::move(recorded)};
}

}  // namespace gantry::lifecycle
