// SPDX-License-Identifier: Apache-2.0
//
// Which local image a word means: a name, a digest reference, an id or the start of one, in
// podman's order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image/registries.h"
#include "core/store/store.h"

namespace gantry::image {

struct Resolved {
  model::Image image;
  std::string name;  // of its names the one that matched; empty when it was found by id
};

// The order: full id or "sha256:" id; the exact name; a unique start of an id; localhost/,
// the alias, then the search registries; at last any image whose repository ends in it.
// kInvalid when the start of an id fits several images.
[[nodiscard]] std::optional<Resolved> find_image(const store::Reader& reader,
                                                 const std::string& name,
                                                 const Registries& registries);

// The same; kNotFound is "NAME: image not known".
[[nodiscard]] Resolved resolve(const store::Store& store, const std::string& name,
                               const Registries& registries);

// Fully qualified names to try for a name, most likely first; one alone when it names its
// registry. Also what pull asks for.
[[nodiscard]] std::vector<std::string> registry_candidates(const std::string& name,
                                                           const Registries& registries);

// Newest first.
[[nodiscard]] std::vector<model::Image> list_images(const store::Store& store);

// One line of "history", newest first. Podman's view: only the top knows its image.
struct HistoryLine {
  std::string id;  // of the image, or "<missing>"
  std::int64_t created_ns = 0;
  std::string created_by;
  std::uint64_t size = 0;
  std::string comment;
  std::vector<std::string> names;
};
[[nodiscard]] std::vector<HistoryLine> history_of(const model::Image& image);

}  // namespace gantry::image
