// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/engine/engine.h"
#include "core/lifecycle/create_request.h"

namespace gantry::lifecycle {

struct CreateOptions {
  std::function<void(const std::string& line)> progress;  // of a pull; may be null
};

// Finds the image (pulling it as asked), merges, and provisions a container: its record with
// its name, its root file system, its volumes. Answers the full id. When it throws, nothing
// of it is left. Errors: kExists (name taken), kNotFound (image), kInvalid.
std::string create(engine::Engine& engine, const CreateRequest& request,
                   const CreateOptions& options = {});

}  // namespace gantry::lifecycle
