// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/create.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/provision.h"

namespace gantry::lifecycle {

std::string create(engine::Engine& engine, const CreateRequest& request,
                   const CreateOptions& options) {
  LockedContainer container = provision(engine, request, options);
  declare_configured(engine, container);
  announce(engine, container.config, "create");
  return container.config.id;
}

}  // namespace gantry::lifecycle
