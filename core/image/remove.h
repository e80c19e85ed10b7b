// SPDX-License-Identifier: Apache-2.0
//
// Names of images, and their end. Records change in one transaction; layers that nothing
// needs any more go afterwards, and stay for the next collection when they cannot.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/image/context.h"
#include "core/image/registries.h"

namespace gantry::image {

// A short new name belongs to localhost. Answers the full name.
std::string tag(store::Store& store, const std::string& name, const std::string& target,
                const Registries& registries);
// Takes these names from the image, or all when there are none. kNotFound: "NAME: tag not
// known". Answers what was taken.
std::vector<std::string> untag(store::Store& store, const std::string& name,
                               const std::vector<std::string>& names,
                               const Registries& registries);

// Containers, by id, that were made from the image or mount it.
[[nodiscard]] std::vector<std::string> users_of(const store::Reader& reader,
                                                const std::string& image);

struct Removal {
  std::vector<std::string> untagged;  // full names
  std::string deleted;                // id; empty when other names are left
};
// A name is taken away; with the last one, or by id, the image goes. kBusy names the
// containers that use it, kInvalid when an id has several names and force is not given.
Removal remove_image(const Context& context, const std::string& name, bool force,
                     const Registries& registries);

// Removes images without a name, or with all whatever no container uses; wanted, if given,
// narrows it. Answers the ids.
std::vector<Removal> prune_images(const Context& context, bool all,
                                  const std::function<bool(const model::Image&)>& wanted = {});

}  // namespace gantry::image
