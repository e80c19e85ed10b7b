// SPDX-License-Identifier: Apache-2.0
//
// --filter of images and image prune: key=value. kInvalid for an unknown key, or a value
// that means nothing. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/model/image.h"

namespace gantry::engine {
struct Engine;
}

namespace gantry::cli {

using ImageTest = std::function<bool(const model::Image&)>;

// One for each filter; an image that is meant passes all of them.
[[nodiscard]] std::vector<ImageTest> image_tests(engine::Engine& engine,
                                                 const std::vector<std::string>& filters);
// "alpine", "alpine:3", "docker.io/library/alpine", or such a name with a * at its end.
[[nodiscard]] bool has_image_name(const model::Image& image, const std::string& pattern);

}  // namespace gantry::cli
