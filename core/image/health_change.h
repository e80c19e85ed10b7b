// SPDX-License-Identifier: Apache-2.0
//
// HEALTHCHECK, as a line of a Dockerfile, turned into image defaults. Pure; any thread.
#pragma once

#include <string_view>

#include "core/model/image.h"

namespace gantry::image {

// text: "NONE", or "[--interval=30s] [--timeout=30s] [--start-period=0s] [--retries=3] CMD
// command", the command as a list or in a shell's words. kInvalid names what is wrong.
void change_health(model::ImageDefaults& defaults, std::string_view text);

}  // namespace gantry::image
