// SPDX-License-Identifier: Apache-2.0
//
// A pipe, both ends close-on-exec.
#pragma once

#include "sdk/support/unique_fd.h"

namespace gantry {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};
[[nodiscard]] Pipe make_pipe();

}  // namespace gantry
