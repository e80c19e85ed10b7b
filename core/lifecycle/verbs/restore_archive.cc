// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include "core/engine/volumes.h"
#include "core/image/lookup.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_archive.h"
#include "core/lifecycle/checkpoint_files.h"
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
#include "core/spec/apparmor.h"
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
  const std::array namespaces{&config.pid, &config.ipc, &config.uts, &config.user,
                              &config.cgroup};
  const bool joins =
      config.network.mode == model::NetworkMode::kContainer ||
      std::any_of(namespaces.begin(), namespaces.end(),
                  [](const model::NamespaceMode* mode) { return mode->mode == "container"; });
  if (joins || !config.depends_on.empty()) {
    refuse(config, "it depends on other containers");
  }
  if (!config.rootfs.empty()) {
    refuse(config,
           "its root file system is a folder of its host, " + config.rootfs + ", not an image");
  }
  if (spec::is_profile_file(config.security.apparmor_profile)) {
    refuse(config,
           "its AppArmor profile is a file of its host, " + config.security.apparmor_profile);
  }
  if (config.user.mode == "auto") {
    refuse(config, "its ids were chosen by --userns=auto, and may be another's here");
  }
}

bool overlap(const model::IdRanges& some, const model::IdRanges& others) {
  const auto meet = [](const model::IdRange& a, const model::IdRange& b) {
    return std::uint64_t{a.host} < std::uint64_t{b.host} + b.count &&
           std::uint64_t{b.host} < std::uint64_t{a.host} + a.count;
  };
  return std::any_of(some.begin(), some.end(), [&](const model::IdRange& a) {
    return std::any_of(others.begin(), others.end(),
                       [&](const model::IdRange& b) { return meet(a, b); });
  });
}

// Those that --userns=auto gave to a container are that one's alone.
void require_free_ids(const engine::Engine& engine, const model::ContainerConfig& config) {
  const model::IdMapping& mapping = config.id_mapping;
  if (mapping.empty()) {
    return;
  }
  model::require_valid(mapping);
  engine.store.read([&](const store::Reader& reader) {
    const std::vector<store::ContainerRow> rows = reader.containers();
    for (const store::ContainerRow& row : rows) {
      if (!overlap(mapping.uids, row.brief.id_mapping.uids) &&
          !overlap(mapping.gids, row.brief.id_mapping.gids)) {
        continue;
      }
      const auto other = reader.find_container(row.brief.id);
      if (other && other->id != config.id && other->user.mode == "auto") {
        refuse(config, "its ids are those that --userns=auto gave to container " + other->name +
                           " here: remove that one first");
      }
    }
  });
}

void settle_image(engine::Engine& engine, const ImportOptions& options,
                  model::ContainerConfig& config) {
  // Its name may mean another by now.
  std::optional<model::Image> image = engine.store.read(
      [&](const store::Reader& reader) { return reader.find_image(config.image_id); });
  if (!image) {
    CreateRequest request;
    request.image = config.image_name;
    image = choose_image(engine, request, options.progress).image;
  }
  if (image->id != config.image_id) {
    refuse(config, "image " + config.image_name + " is " + model::short_id(image->id) +
                       " here, and " + model::short_id(config.image_id) +
                       " is what it was made from: load that one");
  }
  config.image_layer = image->layers.empty() ? "" : image->layers.back();
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

bool exists(const engine::Engine& engine, const model::Mount& volume) {
  return engine.store.read([&](const store::Reader& reader) {
    return reader.find_volume(volume.source).has_value();
  });
}

[[noreturn]] void throw_exists(const model::Mount& volume) {
  throw Error(Code::kExists, "volume with name " + volume.source +
                                 " already exists. Use --ignore-volumes to not restore "
                                 "content of volumes");
}

void settle_mounts(const engine::Engine& engine, const ImportOptions& options,
                   model::ContainerConfig& config) {
  for (model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kImage) {
      mount.image_id =
          image::resolve(engine.store, mount.source, image::load_registries()).image.id;
    }
    if (mount.kind != model::MountKind::kVolume || !exists(engine, mount)) {
      continue;
    }
    if (!options.ignore_volumes) {
      throw_exists(mount);
    }
    mount.anonymous = false;  // it was here before, whatever the archive says
  }
}

// Until it runs those that it makes are its own: what removes it, now or after a crash,
// removes them too.
void own_volumes(const engine::Engine& engine, model::ContainerConfig& config) {
  for (model::Mount& mount : config.mounts) {
    mount.anonymous =
        mount.anonymous || (mount.kind == model::MountKind::kVolume && !exists(engine, mount));
  }
}

// mounts: as they were claimed, anonymous where that made the volume.
void fill_volumes(engine::Engine& engine, const model::ContainerConfig& unfinished,
                  const OpenedArchive& archive) {
  volume::Volumes volumes = engine::volumes_of(engine);
  std::set<std::string> filled;  // it may be mounted twice
  for (const model::Mount& mount : unfinished.mounts) {
    if (mount.kind != model::MountKind::kVolume || !filled.insert(mount.source).second) {
      continue;
    }
    if (!mount.anonymous) {
      throw_exists(mount);
    }
    if (const UniqueFd content =
            archive.open(std::string(kVolumesFolder) + "/" + mount.source + ".tar")) {
      volumes.fill(mount.source, unfinished.id, content.get());
    }
  }
}

// What is no longer its own, now that it runs.
void release_named(store::Writer& writer, const std::vector<model::Mount>& owned,
                   const model::ContainerConfig& config) {
  for (std::size_t i = 0; i < owned.size(); ++i) {
    if (owned[i].anonymous && !config.mounts[i].anonymous) {
      if (auto volume = writer.find_volume(owned[i].source)) {
        volume->anonymous = false;
        writer.put_volume(*volume);
      }
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
  require_free_ids(engine, config);
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
  model::ContainerConfig config = config_for_here(engine, archive, options);
  model::ContainerConfig unfinished = config;
  own_volumes(engine, unfinished);
  LockedContainer container = provision_known(engine, std::move(unfinished), changes.get());
  const std::vector<model::Mount> owned = container.config.mounts;
  for (std::size_t i = 0; i < owned.size(); ++i) {
    config.mounts[i].anonymous = config.mounts[i].anonymous && owned[i].anonymous;
  }
  // Until it runs the record says "creating": who dies before leaves what the next one removes.
  const auto finish = [&](store::Writer& writer) {
    writer.update_container(config);
    release_named(writer, owned, config);
  };
  RestoreResult result;
  or_remove(engine, container, [&] {
    archive.move_to(engine.layout, container.config.id);
    if (!options.ignore_volumes) {
      fill_volumes(engine, container.config, archive);
    }
    announce(engine, container.config, "create");
    result = restore_locked(engine, container, options.restore, options.name.empty(), finish);
  });
  return result;
}

}  // namespace gantry::lifecycle
