// SPDX-License-Identifier: Apache-2.0
//
// --userns=auto: ids that no other container has. Which those are is read and written in one
// transaction of the store, so they are taken with the record and free again with it.
#include <fcntl.h>

#include <algorithm>

#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_namespace.h"
#include "core/userns/allocation.h"
#include "core/userns/auto_options.h"
#include "core/userns/needed_ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// podman's: room for accounts that are made later, and a bound on what an image may take.
constexpr std::uint32_t kLeastIds = 1024;
constexpr std::uint32_t kMostIds = 65536;

bool wants_ids(const model::ContainerConfig& config) { return config.user.mode == "auto"; }

// A layer over the image, only to look at it.
std::string probe_layer(const model::ContainerConfig& config) { return config.id + "-ids"; }

std::uint32_t ids_of_image(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (config.image_layer.empty()) {
    return 0;
  }
  ports::Storage& storage = context.engine.backends.storage(config.backends.storage);
  const std::string layer = probe_layer(config);
  storage.create({.id = layer,
                  .parent = config.image_layer,
                  .writable = true,
                  .mapping = {},
                  .options_json = {}});
  storage.commit(layer);
  const std::filesystem::path path =
      storage.mount({.id = layer, .read_only = false, .mount_label = {}, .mapping = {}});
  std::uint32_t needed = 0;
  {
    const UniqueFd root = open_file(path, O_PATH | O_DIRECTORY);
    needed = userns::needed_ids(root.get(), config.image_name);
  }
  storage.remove(layer);
  return needed;
}

std::uint32_t estimate(StepContext& context) {
  const model::ProcessConfig& process = context.config.process;
  std::uint32_t needed =
      std::max({kLeastIds, userns::needed_ids_of_user(process.user), ids_of_image(context)});
  for (const std::string& group : process.groups) {
    needed = std::max(needed, userns::needed_ids_of_user(group));
  }
  if (needed > kMostIds) {
    throw Error(Code::kInvalid,
                "the container needs a user namespace with size " + std::to_string(needed) +
                    " that is bigger than the maximum value allowed with "
                    "userns=auto " +
                    std::to_string(kMostIds) +
                    ": give a size, --userns=auto:size=" + std::to_string(needed));
  }
  return needed;
}

void append(model::IdRanges& to, const model::IdRanges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void run(StepContext& context) {
  if (!wants_ids(context.config)) {
    return;
  }
  const userns::AutoOptions options = userns::parse_auto_options(context.config.user.value);
  const std::uint32_t size = options.size != 0 ? options.size : estimate(context);
  const engine::Settings& settings = context.engine.settings;
  const std::string& user = settings.auto_userns_user;
  const userns::Pool uids{userns::read_subordinate_ids(settings.subuid_file, user, "subuid"),
                          user, settings.subuid_file};
  const userns::Pool gids{userns::read_subordinate_ids(settings.subgid_file, user, "subgid"),
                          user, settings.subgid_file};
  context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
    model::IdMapping used;
    for (const store::ContainerRow& row : writer.containers()) {
      append(used.uids, row.brief.id_mapping.uids);
      append(used.gids, row.brief.id_mapping.gids);
    }
    model::IdMapping mapping{userns::allocate(uids, size, options.fixed.uids, used.uids),
                             userns::allocate(gids, size, options.fixed.gids, used.gids)};
    model::require_valid(mapping);
    context.draft->id_mapping = std::move(mapping);
    writer.update_container(context.config);
  });
}

// The ids themselves go with the record.
void undo(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (wants_ids(config) && !config.image_layer.empty()) {
    context.engine.backends.storage(config.backends.storage).remove(probe_layer(config));
  }
}

}  // namespace

const Step kMapIds{"map ids", run, undo};

}  // namespace gantry::lifecycle
