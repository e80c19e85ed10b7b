// SPDX-License-Identifier: Apache-2.0
//
// The one way an image comes to be: layers first, each verified and committed, then the
// record, in one durable transaction. Whoever dies before that leaves layers that no record
// names, for collect_garbage.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image/context.h"
#include "core/image/decompress.h"

namespace gantry::image {

struct LayerSource {
  std::string digest;  // of the bytes as read gives them, "sha256:…"; empty: unknown
  ReadFunction read;
  std::uint64_t size = 0;  // as read gives them; 0: unknown
};

struct NewImage {
  model::Image image;               // from parse_config, with digest and so on filled in
  std::vector<LayerSource> layers;  // one for each diff id, lowest first
  std::vector<std::string> names;   // fully qualified; taken from who had them
};

// Layers that are there already are not read. Answers the record as it was stored.
model::Image add_image(const Context& context, NewImage request);

// An image of one more layer, whose content is not known beforehand: what import and commit
// make. The parent's layers stay below.
struct NewLayerImage {
  std::optional<model::Image> parent;
  model::ImageDefaults defaults;
  model::ImageHistory history;
  std::string author;
  std::int64_t created_ns = 0;  // 0: now
  std::string architecture;     // empty: the parent's, or this machine's
  std::string os;
  std::string variant;
  LayerSource layer;  // a tar, compressed or not
  std::vector<std::string> names;
};
model::Image add_layer_image(const Context& context, NewLayerImage request);

}  // namespace gantry::image
