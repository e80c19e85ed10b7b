// SPDX-License-Identifier: Apache-2.0
#include "core/image/new_image.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "core/image/committed_layers.h"
#include "core/image/config.h"
#include "core/image/layer_gc.h"
#include "core/image/layer_import.h"
#include "core/image/layer_lock.h"
#include "core/image/layer_split.h"
#include "core/image/manifest.h"
#include "core/model/ids.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/digest.h"
#include "sdk/support/files.h"
#include "sdk/support/timestamp.h"
#include "sdk/support/uncancelled.h"

namespace gantry::image {

namespace {

struct StoredLayer {
  std::string id;
  std::uint64_t size = 0;
};
using KnownLayers = std::map<std::string, StoredLayer>;  // by chain id

KnownLayers known_layers(const store::Store& store) {
  KnownLayers known;
  for (const model::Image& image :
       store.read([](const store::Reader& reader) { return reader.images(); })) {
    const std::vector<std::string> chain = chain_ids(image.diff_ids);
    for (std::size_t i = 0; i < std::min(chain.size(), image.layers.size()); ++i) {
      const std::uint64_t size = i < image.layer_sizes.size() ? image.layer_sizes[i] : 0;
      known.emplace(chain[i], StoredLayer{image.layers[i], size});
    }
  }
  return known;
}

bool is_there(const Context& context, const std::string& id) {
  const auto layer = find_layer(context.storage, id);
  if (layer && layer->is_damaged()) {
    throw Error(
        Code::kCorrupt,
        layer->damage + "; what nothing is recorded of goes with system check --repair");
  }
  return layer.has_value();
}

// Locks the layer for the rest of the work: shared when it is there, exclusively when the
// caller has to bring it.
bool settle(const Context& context, const LayerLocks& locks, const std::string& id) {
  for (;;) {
    locks.share(id);
    if (is_there(context, id)) {
      return true;
    }
    // Never wait for exclusive ownership while others of ours are held: two loads could
    // wait for each other.
    locks.release(id);
    if (locks.try_own(id)) {
      if (!is_there(context, id)) {
        return false;
      }
      locks.share(id);
      return true;
    }
  }
}

std::string shown(const std::string& diff_id) {
  return model::short_id(std::string_view(diff_id).substr(diff_id.find(':') + 1));
}

// Of an image that came without a manifest: the one it would have with its layers plain.
std::string manifest_digest(const model::Image& image) {
  Manifest manifest;
  manifest.media_type = kOciManifest;
  manifest.config = {
      std::string(kOciConfig), "sha256:" + image.id, image.config_json.size(), {}, {}};
  for (std::size_t i = 0; i < image.diff_ids.size(); ++i) {
    manifest.layers.push_back(
        {std::string(kOciLayer), image.diff_ids[i], image.layer_sizes[i], {}, {}});
  }
  return "sha256:" + sha256_hex(manifest_text(manifest));
}

void merge(std::vector<std::string>& into, const std::vector<std::string>& more) {
  for (const std::string& item : more) {
    if (std::find(into.begin(), into.end(), item) == into.end()) {
      into.push_back(item);
    }
  }
}

model::Image write_record(const Context& context, model::Image image,
                          const std::vector<std::string>& names) {
  image.size =
      std::accumulate(image.layer_sizes.begin(), image.layer_sizes.end(), std::uint64_t{0});
  if (image.digest.empty()) {
    image.digest = manifest_digest(image);
    image.manifest_type = kOciManifest;
  }
  return context.store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (const auto existing = writer.find_image(image.id)) {
      image.names = existing->names;
      merge(image.repo_digests, existing->repo_digests);
    }
    writer.put_image(image);
    for (const std::string& name : names) {
      writer.tag_image(image.id, name);
    }
    return *writer.find_image(image.id);
  });
}

// Drops what was brought when the record is never written. The locks must be gone by then:
// declare it before them.
class BroughtLayers {
 public:
  explicit BroughtLayers(const Context& context) : context_(context) {}
  BroughtLayers(const BroughtLayers&) = delete;
  BroughtLayers& operator=(const BroughtLayers&) = delete;
  ~BroughtLayers() {
    if (ids_.empty()) {
      return;
    }
    const Uncancelled undoing;
    try {
      (void)drop_unused_layers(context_, ids_);
    } catch (const std::exception& e) {
      context_.progress.say(std::string("remove layers of an unfinished image: ") + e.what() +
                            "; ignoring, they will be dropped later");
    } catch (...) {  // collect_garbage drops them
    }
  }
  void add(const std::string& id) { ids_.push_back(id); }
  void keep() { ids_.clear(); }

 private:
  const Context& context_;
  std::vector<std::string> ids_;
};

StoredLayer bring_layer(const Context& context, const LayerLocks& locks,
                        const LayerRequest& request, const StoredLayer* known,
                        BroughtLayers& brought) {
  const std::string id = request.id;
  // A layer that another load left unrecorded is ours to drop, too, should we fail.
  brought.add(id);
  if (settle(context, locks, id)) {
    if (known != nullptr && known->size != 0) {
      return {id, known->size};
    }
    const std::filesystem::path split = split_path(context.root, id);
    return {id, gantry::exists(split) ? joined_size(split) : context.storage.usage(id).bytes};
  }
  context.progress.say("Copying blob " + request.name);
  const ports::Applied applied = import_layer(context, request);
  locks.share(id);
  return {id, applied.size};
}

}  // namespace

model::Image add_image(const Context& context, NewImage request) {
  model::Image& image = request.image;
  if (request.layers.size() != image.diff_ids.size()) {
    throw Error(Code::kCorrupt, "image " + model::short_id(image.id) + " has " +
                                    std::to_string(request.layers.size()) +
                                    " layers, but its configuration names " +
                                    std::to_string(image.diff_ids.size()));
  }
  const std::vector<std::string> chain = chain_ids(image.diff_ids);
  const KnownLayers known = known_layers(context.store);
  BroughtLayers brought(context);
  const LayerLocks locks(context.root, context.cancelled);
  std::string parent;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto found = known.find(chain[i]);
    const StoredLayer* known_layer = found == known.end() ? nullptr : &found->second;
    LayerSource& source = request.layers[i];
    const StoredLayer layer = bring_layer(
        context, locks,
        {known_layer != nullptr ? known_layer->id : chain[i], parent, image.diff_ids[i],
         source.digest, std::move(source.read), source.size, shown(image.diff_ids[i])},
        known_layer, brought);
    image.layers.push_back(layer.id);
    image.layer_sizes.push_back(layer.size);
    parent = layer.id;
  }
  model::Image stored = write_record(context, std::move(image), request.names);
  brought.keep();
  return stored;
}

namespace {

ConfigDraft draft_of(const NewLayerImage& request) {
  ConfigDraft draft;
  const Platform host = host_platform();
  const model::Image* parent = request.parent ? &*request.parent : nullptr;
  const auto first = [](const std::string& a, const std::string& b, const std::string& c) {
    return !a.empty() ? a : !b.empty() ? b : c;
  };
  draft.parent = parent;
  draft.defaults = request.defaults;
  draft.history = request.history;
  draft.created_ns = request.created_ns != 0 ? request.created_ns : now_ns();
  draft.architecture = first(request.architecture,
                             parent != nullptr ? parent->architecture : "", host.architecture);
  draft.os = first(request.os, parent != nullptr ? parent->os : "", host.os);
  draft.variant = request.variant;
  draft.author = request.author;
  return draft;
}

}  // namespace

model::Image add_layer_image(const Context& context, NewLayerImage request) {
  BroughtLayers brought(context);
  const LayerLocks locks(context.root, context.cancelled);
  std::string parent;
  if (request.parent) {
    for (const std::string& id : request.parent->layers) {
      locks.share(id);
    }
    parent = request.parent->layers.empty() ? "" : request.parent->layers.back();
  }
  // The content decides the digest, and comes only once: the layer gets a name of its own.
  const std::string id = model::random_id();
  locks.own(id);
  brought.add(id);
  const ports::Applied applied = import_layer(
      context, {id, parent, "", request.layer.digest, std::move(request.layer.read),
                request.layer.size, model::short_id(id)});
  ConfigDraft draft = draft_of(request);
  if (request.parent) {
    draft.diff_ids = request.parent->diff_ids;
  }
  draft.diff_ids.push_back(applied.diff_id);
  model::Image image = parse_config(make_config(draft), "image configuration");
  if (request.parent) {
    image.layers = request.parent->layers;
    image.layer_sizes = request.parent->layer_sizes;
  }
  image.layers.push_back(id);
  image.layer_sizes.push_back(applied.size);
  model::Image stored = write_record(context, std::move(image), request.names);
  brought.keep();
  return stored;
}

}  // namespace gantry::image
