// SPDX-License-Identifier: Apache-2.0
//
// Layers that no image and no container names, and records whose layers are gone.
#include <optional>

#include "core/image/committed_layers.h"
#include "core/image/layer_gc.h"
#include "core/image/layer_lock.h"
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/user_mounts.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

namespace {

using image::find_layer;

// Records first, then the layers, then the records again: what goes meanwhile is not missed.
void check_images(engine::Engine& engine, Findings& findings) {
  ports::Storage& storage = engine.backends.storage("");
  for (const model::Image& image :
       engine.store.read([](const store::Reader& reader) { return reader.images(); })) {
    for (const std::string& layer : image.layers) {
      if (!find_layer(storage, layer) && engine.store.read([&](const store::Reader& reader) {
            return reader.find_image(image.id).has_value();
          })) {
        findings.push_back(
            {"image", image.id,
             "its layer " + layer + " is gone: remove the image and load it again"});
      }
    }
  }
}

bool is_settled(engine::Engine& engine, const std::string& id) {
  const auto state =
      engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
  return state && state->status != model::Status::kCreating &&
         state->status != model::Status::kRemoving;
}

void check_used(engine::Engine& engine, Findings& findings) {
  ports::Storage& storage = engine.backends.storage("");
  for (const std::string& id : recorded_containers(engine)) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(id); });
    if (config && config->rootfs.empty() && is_settled(engine, id) &&
        config->backends.storage == engine.backends.chosen().storage &&
        !find_layer(storage, id) && is_settled(engine, id)) {
      findings.push_back(
          {"container", id, "its layer is gone, and with it its files: remove it"});
    }
  }
}

// Whoever mounts and unmounts holds the lock and writes the record before letting go of it, so
// a mount that is seen on both sides of a record without it, by nobody at work, is a lost one.
bool is_mounted_for_nobody(engine::Engine& engine, const std::string& id) {
  const auto lies_idle = [&] {
    const auto layer = find_layer(engine.backends.storage(""), id);
    return layer && layer->info.mounted && !engine.locks.is_held(locks::Kind::kContainer, id);
  };
  if (!lies_idle()) {
    return false;
  }
  const auto recorded =
      engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
  if (!recorded) {
    return false;
  }
  const model::ContainerState state = observe(engine, id, *recorded);
  return !mounts_itself(state) && user_mounts(engine, id).count == 0 &&
         state.status != model::Status::kStopped && lies_idle();
}

}  // namespace

void check_layers(engine::Engine& engine, Findings& findings) {
  ports::Storage& storage = engine.backends.storage("");
  image::Layers layers = image::committed_layers(storage);
  const std::set<std::string> used = image::used_layers(engine.store, layers);
  const image::LayerLocks locks(image_context(engine).root);
  for (const auto& [id, layer] : layers) {
    if (used.contains(id)) {
      if (layer.is_damaged()) {
        findings.push_back({"layer", id, layer.damage});
      }
    } else if (!find_layer(storage, id)) {
      continue;
    } else if (layer.info.writable && model::is_full_id(image::owner_of(id))) {
      findings.push_back({"layer", id, "no container has it", [&engine, layer = id] {
                            engine.backends.storage("").remove(layer);
                          }});
    } else if (!layer.info.writable && locks.try_own(id)) {  // else in use
      locks.release(id);
      findings.push_back(
          {"layer", id, "no image and no container names it", [&engine, layer = id] {
             if (image::drop_unused_layers(image_context(engine), {layer}).empty() &&
                 find_layer(engine.backends.storage(""), layer)) {
               throw Error(Code::kBusy, "layer " + layer +
                                            " is at work, or a damaged layer may stand on it: "
                                            "repair that first");
             }
           }});
    }
  }
  check_images(engine, findings);
  check_used(engine, findings);
}

void check_mounts(engine::Engine& engine, Findings& findings) {
  for (const std::string& id : recorded_containers(engine)) {
    if (!is_mounted_for_nobody(engine, id)) {
      continue;
    }
    findings.push_back(
        {"mount", id, "its root file system is mounted, and nobody uses it", [&engine, id] {
           const auto container = lock_if_exists(engine, id);
           if (container && !mounts_itself(container->state) &&
               user_mounts(engine, id).count == 0) {
             engine.backends.storage("").unmount(id);
             save_user_mounts(engine, id, {});
           }
         }});
  }
}

}  // namespace gantry::lifecycle
