// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// One end of a copy: a path in a container, on the host, or a stream that is a tar.
struct CopyEnd {
  std::string container = {};  // name or id; empty: the host
  std::string path = {};       // in a container: from its working folder, unless absolute
  int stream = -1;             // not -1: this descriptor, path does not count
};

struct CopyOptions {
  bool archive = true;     // what arrives in a container belongs to its user
  bool overwrite = false;  // a folder may take the place of a file, and the reverse
};

// Copies a file, a folder, or with "/." at the end of the source what a folder holds. A
// target that is a folder gets it inside; one that does not exist gives it its name. Links
// in a container lead to where they lead for it, and never out of it. At least one end is a
// container, which need not run. kNotFound names the path that is not there.
void copy(engine::Engine& engine, const CopyEnd& from, const CopyEnd& to,
          const CopyOptions& options = {});

}  // namespace gantry::lifecycle
