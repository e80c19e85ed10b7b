// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/provision.h"

#include <algorithm>

#include "core/lifecycle/durability.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/labels.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/require_startable.h"
#include "core/lifecycle/resolve_request.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/transaction.h"
#include "core/lifecycle/user_namespace.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/model/ids.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

// Somebody else may be quicker.
void remove_if_exists(engine::Engine& engine, const std::string& id,
                      const RemoveOptions& options) {
  try {
    (void)remove(engine, id, options);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
  }
}

// What a create or rm whose process died left: then its lock is free, and it is finished now.
void finish_abandoned(engine::Engine& engine, const std::string& id) {
  const auto state =
      engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
  const bool unfinished = state && (state->status == model::Status::kCreating ||
                                    state->status == model::Status::kRemoving);
  if (unfinished && !engine.locks.is_held(locks::Kind::kContainer, id)) {
    remove_unfinished(engine, id);
  }
}

void free_abandoned_name(engine::Engine& engine, const std::string& name) {
  const auto owner = engine.store.read(
      [&](const store::Reader& reader) { return reader.container_by_name(name); });
  if (owner) {
    finish_abandoned(engine, *owner);
  }
}

std::string free_random_name(const engine::Engine& engine) {
  return engine.store.read([&](const store::Reader& reader) {
    for (int tries = 0;; ++tries) {
      std::string name = model::random_name();
      if (tries > 4) {
        name += "_" + model::random_id().substr(0, 4);
      }
      if (!reader.container_by_name(name)) {
        return name;
      }
    }
  });
}

void settle_name(engine::Engine& engine, const CreateRequest& request,
                 model::ContainerConfig& config) {
  if (config.name.empty()) {
    config.name = free_random_name(engine);
    return;
  }
  model::require_valid_name(config.name);
  free_abandoned_name(engine, config.name);
  if (request.replace) {
    const auto old = engine.store.read(
        [&](const store::Reader& reader) { return reader.container_by_name(config.name); });
    if (old) {
      remove_if_exists(engine, *old, {.force = true});
    }
  }
}

locks::Lock lock_new(engine::Engine& engine, const std::string& id) {
  return engine.locks.acquire(locks::Kind::kContainer, id, locks::LockTable::kPatience);
}

// REQUIRES: its lock, and that there is no record of this id.
void play_provision(engine::Engine& engine, LockedContainer& container, int root_changes) {
  container.state.status = model::Status::kCreating;
  StepContext context{engine, container.config, container.state};
  context.draft = &container.config;
  context.root_changes = root_changes;
  try {
    play(provision_steps(), context, Journal({}));
  } catch (...) {
    container.lock.release_and_forget();
    throw;
  }
  container.state.status = model::Status::kConfigured;
}

}  // namespace

LockedContainer provision(engine::Engine& engine, const CreateRequest& asked,
                          const CreateOptions& options) {
  CreateRequest request = asked;
  resolve_request(engine, request);
  settle_id_mapping(engine, request);
  std::optional<ChosenImage> chosen;
  if (request.config.rootfs.empty()) {
    chosen = choose_image(engine, request, options.progress);
  }
  LockedContainer container;
  model::ContainerConfig& config = container.config;
  config = merge(request, chosen ? &chosen->image : nullptr);
  config.image_name = chosen ? chosen->name : "";
  config.id = model::random_id();
  config.created_ns = engine.clock.now_ns();
  config.backends = choose_backends(engine, request);
  settle_details(engine, request, config);
  settle_labels(engine, config);
  require_startable(engine, config);
  settle_name(engine, request, config);

  container.lock = lock_new(engine, config.id);
  play_provision(engine, container, -1);
  return container;
}

void finish_abandoned(engine::Engine& engine, const std::string& id, const std::string& name) {
  free_abandoned_name(engine, name);
  finish_abandoned(engine, id);
}

LockedContainer provision_known(engine::Engine& engine, model::ContainerConfig config,
                                int root_changes) {
  LockedContainer container;
  container.config = std::move(config);
  const std::string& id = container.config.id;
  container.lock = lock_new(engine, id);
  bool taken = false;
  try {
    taken = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_state(id).has_value(); });
  } catch (...) {
    container.lock.release_and_forget();
    throw;
  }
  if (taken) {
    throw Error(Code::kExists, "container with ID " + id +
                                   " already exists: give the new one a name of its own "
                                   "(--name), and it gets another");
  }
  play_provision(engine, container, root_changes);
  return container;
}

void declare_configured(engine::Engine& engine, LockedContainer& container) {
  try {
    engine.store.write(durability_of(container.config), [&](store::Writer& writer) {
      writer.put_state(container.config.id, container.state);
    });
  } catch (...) {
    const Uncancelled shield;
    StepContext context{engine, container.config, container.state};
    (void)play_backwards(provision_steps(), context, Journal({}));
    container.lock.release_and_forget();
    throw;
  }
}

}  // namespace gantry::lifecycle
