// SPDX-License-Identifier: Apache-2.0
//
// Images as images, image inspect and history show them, in podman's shapes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/lookup.h"
#include "core/model/image.h"
#include "sdk/support/json.h"

namespace gantry::cli {

[[nodiscard]] OrderedJson image_inspect(const model::Image& image, const std::string& driver);
// As JSON prints it: without the members that podman leaves out when they are empty.
[[nodiscard]] OrderedJson image_without_empties(OrderedJson view);
[[nodiscard]] OrderedJson image_json(const model::Image& image, std::size_t containers);

struct ImageStyle {
  std::int64_t now_ns = 0;
  bool truncate = true;
};
// One row for each name; one with <none> for an image without.
[[nodiscard]] std::vector<OrderedJson> image_rows(const model::Image& image,
                                                  const ImageStyle& style,
                                                  std::size_t containers);

[[nodiscard]] OrderedJson history_json(const image::HistoryLine& line);
[[nodiscard]] OrderedJson history_row(const image::HistoryLine& line, const ImageStyle& style,
                                      bool human);

}  // namespace gantry::cli
