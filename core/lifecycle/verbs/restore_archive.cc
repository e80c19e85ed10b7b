// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/image/lookup.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_archive.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/labels.h"
#include "core/lifecycle/provision.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/require_startable.h"
#include "core/lifecycle/resolve_request.h"
#include "core/lifecycle/restoration.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "core/net/host_ports.h"
#include "core/net/port_spec.h"
#include "core/volume/volumes.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

void refuse(const model::ContainerConfig& config, const std::string& why) {
  throw Error(Code::kInvalid,
              "cannot import the checkpoint of container " + config.name + ": " + why);
}

// What belongs to the host that it comes from.
void require_movable(const model::ContainerConfig& config) {
  if (!model::is_full_id(config.id)) {
    refuse(config, "its id is none");
  }
  model::require_valid_name(config.name);
  if (!config.depends_on.empty()) {
    refuse(config, "it depends on other containers");
  }
  if (config.user.mode == "auto") {
    refuse(config, "its ids were chosen by --userns=auto, and may be another's here");
  }
}

void settle_image(engine::Engine& engine, const ImportOptions& options,
                  model::ContainerConfig& config) {
  if (!config.rootfs.empty()) {
    return;
  }
  CreateRequest request;
  request.image = config.image_name;
  const ChosenImage chosen = choose_image(engine, request, options.progress);
  if (chosen.image.id != config.image_id) {
    refuse(config, "image " + config.image_name + " is " + model::short_id(chosen.image.id) +
                       " here, and " + model::short_id(config.image_id) +
                       " is what it was made from: load that one");
  }
  config.image_layer = chosen.image.layers.empty() ? "" : chosen.image.layers.back();
}

void settle_backends(engine::Engine& engine, const ImportOptions& options,
                     model::ContainerConfig& config) {
  const std::string recorded = config.backends.runtime;
  config.backends = engine.backends.chosen();
  if (!options.runtime.empty()) {
    return;  // chosen has it
  }
  if (recorded.find('/') != std::string::npos) {
    // No program is run because a file says so.
    refuse(config, "it used the runtime " + recorded + ": choose one with --runtime");
  }
  config.backends.runtime = recorded;
}

void settle_secrets(const engine::Engine& engine, model::ContainerConfig& config) {
  for (model::SecretUse& use : config.secrets) {
    const auto secret = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_secret(use.name); });
    if (!secret) {
      throw Error(Code::kNotFound,
                  "no secret with name or id \"" + use.name + "\": no such secret");
    }
    use.id = secret->id;
  }
}

void settle_mounts(const engine::Engine& engine, const ImportOptions& options,
                   model::ContainerConfig& config) {
  for (model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kImage) {
      mount.image_id =
          image::resolve(engine.store, mount.source, image::load_registries()).image.id;
    }
    const auto exists = [&](const store::Reader& reader) {
      return reader.find_volume(mount.source).has_value();
    };
    if (mount.kind == model::MountKind::kVolume && !options.ignore_volumes &&
        engine.store.read(exists)) {
      throw Error(Code::kExists, "volume with name " + mount.source +
                                     " already exists. Use --ignore-volumes to not restore "
                                     "content of volumes");
    }
  }
}

// Until it runs they are its own: what removes it, now or after a crash, removes them too.
void own_volumes(model::ContainerConfig& config) {
  for (model::Mount& mount : config.mounts) {
    mount.anonymous = mount.anonymous || mount.kind == model::MountKind::kVolume;
  }
}

// mounts: as they shall be.
void fill_volumes(engine::Engine& engine, const std::vector<model::Mount>& mounts,
                  const OpenedArchive& archive) {
  volume::Volumes volumes(engine.store, engine.layout.volumes());
  for (const model::Mount& mount : mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      const UniqueFd content =
          archive.open(std::string(kVolumesFolder) + "/" + mount.source + ".tar");
      volumes.fill(mount.source, content.get(), mount.anonymous);
    }
  }
}

model::ContainerConfig config_for_here(engine::Engine& engine, const OpenedArchive& archive,
                                       const ImportOptions& options) {
  model::ContainerConfig config = archive.config();
  require_movable(config);
  if (!options.name.empty()) {
    model::require_valid_name(options.name);
    config.name = options.name;
    config.id = model::random_id();
  }
  if (options.ports) {
    config.network.ports = net::merge_ports(*options.ports);
    net::choose_host_ports(config.network.ports);
  }
  finish_abandoned(engine, config.id, config.name);
  settle_image(engine, options, config);
  settle_backends(engine, options, config);
  settle_secrets(engine, config);
  settle_mounts(engine, options, config);
  settle_labels(engine, config);
  require_startable(engine, config);
  return config;
}

template <typename F>
void or_remove(engine::Engine& engine, LockedContainer& container, F act) {
  try {
    act();
  } catch (...) {
    const Uncancelled shield;
    try {
      remove_locked(engine, std::move(container), {.volumes = true});
    } catch (const std::exception& e) {
      log::error(e.what());
    }
    throw;
  }
}

}  // namespace

RestoreResult restore_archive(engine::Engine& engine, const std::string& file,
                              const ImportOptions& options) {
  const OpenedArchive archive(engine, file);
  const UniqueFd changes = options.ignore_rootfs ? UniqueFd() : archive.open(kRootChanges);
  const model::ContainerConfig config = config_for_here(engine, archive, options);
  model::ContainerConfig unfinished = config;
  if (!options.ignore_volumes) {
    own_volumes(unfinished);
  }
  LockedContainer container = provision_known(engine, std::move(unfinished), changes.get());
  // Until it runs the record says "creating": who dies before leaves what the next one removes.
  RestoreResult result;
  or_remove(engine, container, [&] {
    archive.move_to(engine.layout, container.config.id);
    if (!options.ignore_volumes) {
      fill_volumes(engine, config.mounts, archive);
    }
    announce(engine, container.config, "create");
    result = restore_locked(engine, container, options.restore, options.name.empty());
    engine.store.write(durability_of(config), [&](store::Writer& writer) {
      writer.update_container(config);
      writer.put_state(config.id, container.state);
    });
  });
  return result;
}

}  // namespace gantry::lifecycle
