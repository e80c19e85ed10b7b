// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/image/context.h"

namespace gantry::lifecycle {

struct CommitOptions {
  std::string reference = {};  // of the new image; empty: it gets no name
  std::string author = {};
  std::string message = {};
  std::vector<std::string> changes = {};  // "CMD …", as import takes them
  bool pause = false;                     // while the changes are read
  bool include_volumes = false;           // its volumes become volumes of the image
  bool squash = false;                    // one layer with all that the container shows
  image::Progress progress = {};
};

// Makes an image of the container's image and what the container changed in it, configured
// as the container is. Answers the image's id.
std::string commit(engine::Engine& engine, const std::string& name_or_id,
                   const CommitOptions& options);

}  // namespace gantry::lifecycle
