// SPDX-License-Identifier: Apache-2.0
//
// The image a container is made from: found here or pulled, as --pull says.
#pragma once

#include <functional>
#include <string>

#include "core/engine/engine.h"
#include "core/image/context.h"
#include "core/lifecycle/create_request.h"

namespace gantry::lifecycle {

struct ChosenImage {
  model::Image image;
  std::string name;  // as it shall be recorded: fully qualified where it has a name
};

// kNotFound in podman's words.
[[nodiscard]] ChosenImage choose_image(engine::Engine& engine, const CreateRequest& request,
                                       const std::function<void(const std::string&)>& progress);

// What the image services of core/image work with, over the configured storage.
[[nodiscard]] image::Context image_context(engine::Engine& engine);

}  // namespace gantry::lifecycle
