// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/attach.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

std::unique_ptr<ports::Attachment> attach(engine::Engine& engine, const std::string& name_or_id,
                                          const ports::AttachRequest& options) {
  const Inspected container = inspect(engine, name_or_id);
  (void)permits(container.state.status, Verb::kAttach, name_or_id);
  ports::AttachRequest request = options;
  request.socket_dir = engine.layout.bundle(container.config.id);
  request.terminal = container.config.process.terminal;
  auto attachment = engine.monitor.attach(request);
  announce(engine, container.config, "attach");
  return attachment;
}

}  // namespace gantry::lifecycle
