// SPDX-License-Identifier: Apache-2.0
#include "core/spec/init_program.h"

#include "core/spec/spec.h"
#include "sdk/support/files.h"

namespace gantry::spec {

std::string find_init_program(const std::string& configured) {
  if (!configured.empty()) {
    if (exists(configured)) {
      return configured;
    }
    throw Error(Code::kNotFound, "container-init binary not found on the host: stat " +
                                     configured + ": no such file or directory");
  }
  for (const char* name : {"/usr/libexec/podman/catatonit", "/usr/libexec/catatonit/catatonit",
                           "catatonit", "tini-static", "docker-init", "tini"}) {
    if (std::optional<std::string> found = find_program(name); found && exists(*found)) {
      return *found;
    }
  }
  throw Error(Code::kNotFound,
              "container-init binary not found on the host: install catatonit or tini, or set "
              "its path in the configuration");
}

}  // namespace gantry::spec
