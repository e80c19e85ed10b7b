// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/commit.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "core/image/config.h"
#include "core/image/decompress.h"
#include "core/image/new_image.h"
#include "core/image/reference.h"
#include "core/image/spool.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/user_mounts.h"
#include "core/log/log.h"
#include "core/tree/pack.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

// Frozen while this lives; a container that was paused before stays so.
class PausedForCommit {
 public:
  PausedForCommit(engine::Engine& engine, LockedContainer& container, bool wanted)
      : engine_(engine), container_(container) {
    if (wanted && container.state.status == Status::kRunning &&
        container.config.cgroups != "disabled") {
      begin_freezing(engine, container);
      runtime().pause(container.config.id);
      paused_ = true;
    }
  }
  PausedForCommit(const PausedForCommit&) = delete;
  PausedForCommit& operator=(const PausedForCommit&) = delete;
  ~PausedForCommit() {
    if (!paused_) {
      return;
    }
    const Uncancelled shield;
    try {
      runtime().resume(container_.config.id);
      container_.state.freezing = false;
      save_state(engine_, container_);
    } catch (const std::exception& e) {
      log::error("container " + container_.config.id +
                 " stays paused, unpause it: " + e.what());
    }
  }

 private:
  ports::Runtime& runtime() {
    return engine_.backends.runtime(container_.config.backends.runtime);
  }
  engine::Engine& engine_;
  LockedContainer& container_;
  bool paused_ = false;
};

model::ImageDefaults defaults_of(const model::ContainerConfig& config,
                                 const std::optional<model::Image>& parent,
                                 const CommitOptions& options) {
  model::ImageDefaults defaults = parent ? parent->defaults : model::ImageDefaults{};
  defaults.env.clear();
  for (const auto& [name, value] : config.process.env) {
    defaults.env.push_back(name + "=" + value);
  }
  defaults.entrypoint = config.process.entrypoint;
  defaults.command = config.process.command;
  defaults.workdir = config.process.workdir;
  defaults.user = config.process.user;
  defaults.labels = config.labels;
  for (const std::string& port : config.network.exposed) {
    if (std::find(defaults.exposed_ports.begin(), defaults.exposed_ports.end(), port) ==
        defaults.exposed_ports.end()) {
      defaults.exposed_ports.push_back(port);
    }
  }
  if (options.include_volumes) {
    for (const model::Mount& mount : config.mounts) {
      if (mount.kind == model::MountKind::kVolume) {
        defaults.volumes.push_back(mount.destination);
      }
    }
  }
  for (const std::string& change : options.changes) {
    image::apply_change(defaults, change);
  }
  return defaults;
}

// The new layer as a tar, in a file without a name; the container may go on after.
UniqueFd read_layer(engine::Engine& engine, LockedContainer& container,
                    const image::Context& images, const CommitOptions& options) {
  UniqueFd spool = image::make_spool(images.tmp);
  const PausedForCommit paused(engine, container, options.pause);
  if (options.squash) {
    const PassingMount mount(engine, container);
    const UniqueFd root = open_file(mount.path(), O_PATH | O_DIRECTORY);
    tree::pack(root.get(), {.name = {}, .mapping = container.config.id_mapping}, spool.get(),
               "container " + container.config.name);
  } else {
    engine.backends.storage(container.config.backends.storage)
        .diff(container.config.id, spool.get());
  }
  return spool;
}

std::optional<model::Image> parent_of(engine::Engine& engine,
                                      const model::ContainerConfig& config) {
  return engine.store.read(
      [&](const store::Reader& reader) { return reader.find_image(config.image_id); });
}

}  // namespace

std::string commit(engine::Engine& engine, const std::string& name_or_id,
                   const CommitOptions& options) {
  image::NewLayerImage request;
  if (!options.reference.empty()) {
    request.names = {image::normalize_local(options.reference).text()};
  }
  LockedContainer container = lock_container(engine, name_or_id);
  const model::ContainerConfig& config = container.config;
  (void)permits(container.state.status, Verb::kCommit, name_or_id);
  if (!config.rootfs.empty()) {
    throw Error(Code::kInvalid, "cannot commit container " + name_or_id +
                                    ": it uses the folder " + config.rootfs +
                                    " as its root file system; import a tar of it instead");
  }
  image::Context images = image_context(engine);
  images.progress = options.progress;
  request.parent = parent_of(engine, config);
  request.defaults = defaults_of(config, request.parent, options);
  request.author = options.author;
  request.history.created_by = config.process.argv().empty() ? "" : config.process.argv()[0];
  request.history.comment = options.message;
  if (options.squash && request.parent) {
    request.architecture = request.parent->architecture;
    request.os = request.parent->os;
    request.parent.reset();
  }
  const UniqueFd changes = read_layer(engine, container, images, options);
  const off_t size = ::lseek(changes.get(), 0, SEEK_CUR);
  if (size < 0 || ::lseek(changes.get(), 0, SEEK_SET) < 0) {
    throw errno_error(errno, "read the changes of container " + name_or_id);
  }
  container.lock.release();
  request.layer = {"", image::read_from_fd(changes.get(), "container " + name_or_id),
                   static_cast<std::uint64_t>(size)};
  const model::Image image = image::add_layer_image(images, std::move(request));
  announce(engine, config, "commit", {{"image", image.id}});
  return image.id;
}

}  // namespace gantry::lifecycle
