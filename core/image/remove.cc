// SPDX-License-Identifier: Apache-2.0
#include "core/image/remove.h"

#include <algorithm>
#include <numeric>

#include "core/image/layer_gc.h"
#include "core/image/lookup.h"
#include "core/image/reference.h"
#include "sdk/support/uncancelled.h"

namespace gantry::image {

namespace {

std::string joined(const std::vector<std::string>& items) {
  return std::accumulate(items.begin(), items.end(), std::string(),
                         [](std::string all, const std::string& item) {
                           return std::move(all.append(all.empty() ? "" : ", ").append(item));
                         });
}

Resolved require(const store::Reader& reader, const std::string& name,
                 const Registries& registries) {
  std::optional<Resolved> found = find_image(reader, name, registries);
  if (!found) {
    throw Error(Code::kNotFound, name + ": image not known");
  }
  return *std::move(found);
}

// Who forces has removed the containers before: these came meanwhile.
void refuse_if_used(const store::Reader& reader, const model::Image& image, bool force) {
  const std::vector<std::string> users = users_of(reader, image.id);
  if (!users.empty()) {
    throw Error(Code::kBusy, "image used by " + joined(users) +
                                 ": image is in use by a container: consider removing the "
                                 "container first" +
                                 (force ? "" : ", or force"));
  }
}

// The layers, top first, as candidates for removal.
std::vector<std::string> layers_of(const model::Image& image) {
  return {image.layers.rbegin(), image.layers.rend()};
}

// The records are gone, so the command has done its work whatever happens here.
void drop_layers(const Context& context, const std::vector<std::string>& layers) {
  const Uncancelled to_the_end;
  try {
    if (!layers.empty()) {
      (void)drop_unused_layers(context, layers);
    }
  } catch (const Error& e) {
    context.progress.say(std::string("remove layers: ") + e.what() +
                         "; ignoring, they will be removed later");
  }
}

}  // namespace

std::string tag(store::Store& store, const std::string& name, const std::string& target,
                const Registries& registries) {
  const Reference reference = normalize_local(target);
  if (!reference.digest.empty()) {
    throw Error(Code::kInvalid, target + ": tag by digest not supported");
  }
  return store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    writer.tag_image(require(writer, name, registries).image.id, reference.text());
    return reference.text();
  });
}

std::vector<std::string> untag(store::Store& store, const std::string& name,
                               const std::vector<std::string>& names,
                               const Registries& registries) {
  return store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    const model::Image image = require(writer, name, registries).image;
    std::vector<std::string> taken = names.empty() ? image.names : std::vector<std::string>{};
    for (const std::string& given : names) {
      const auto found = find_image(writer, given, registries);
      if (!found || found->image.id != image.id || found->name.empty()) {
        throw Error(Code::kNotFound, given + ": tag not known");
      }
      taken.push_back(found->name);
    }
    for (const std::string& full : taken) {
      writer.untag_image(full);
    }
    return taken;
  });
}

std::vector<std::string> users_of(const store::Reader& reader, const std::string& image) {
  std::vector<std::string> users;
  for (const store::ContainerRow& row : reader.containers()) {
    const std::vector<std::string>& mounted = row.brief.mounted_images;
    if (row.brief.image_id == image ||
        std::find(mounted.begin(), mounted.end(), image) != mounted.end()) {
      users.push_back(row.brief.id);
    }
  }
  return users;
}

Removal remove_image(const Context& context, const std::string& name, bool force,
                     const Registries& registries) {
  std::vector<std::string> layers;
  const auto change = [&](store::Writer& writer) {
    const auto [image, matched] = require(writer, name, registries);
    Removal removal;
    if (!matched.empty() && image.names.size() > 1) {
      writer.untag_image(matched);
      removal.untagged = {matched};
      return removal;
    }
    if (matched.empty() && image.names.size() > 1 && !force) {
      throw Error(Code::kInvalid, "unable to delete image \"" + image.id +
                                      "\" by ID with more than one tag (" +
                                      joined(image.names) + "): please force removal");
    }
    refuse_if_used(writer, image, force);
    writer.remove_image(image.id);
    removal.untagged = image.names;
    removal.deleted = image.id;
    layers = layers_of(image);
    return removal;
  };
  Removal removal = context.store.write(ports::Durability::kDurable, change);
  drop_layers(context, layers);
  return removal;
}

std::vector<Removal> prune_images(const Context& context, bool all,
                                  const std::function<bool(const model::Image&)>& wanted) {
  std::vector<std::string> layers;
  const auto change = [&](store::Writer& writer) {
    std::vector<Removal> removals;
    for (const model::Image& image : writer.images()) {
      if ((!all && !image.names.empty()) || (wanted && !wanted(image)) ||
          !users_of(writer, image.id).empty()) {
        continue;
      }
      writer.remove_image(image.id);
      removals.push_back({image.names, image.id});
      for (const std::string& layer : layers_of(image)) {
        layers.push_back(layer);
      }
    }
    return removals;
  };
  std::vector<Removal> removals = context.store.write(ports::Durability::kDurable, change);
  drop_layers(context, layers);
  return removals;
}

}  // namespace gantry::image
