// SPDX-License-Identifier: Apache-2.0
//
// Exec sessions whose client was killed and whose command has ended: nobody will forget them
// before the container ends.
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/verbs/exec.h"

namespace gantry::lifecycle {

namespace {

bool is_over(engine::Engine& engine, const model::ExecSession& session) {
  return !engine.processes.alive(session.client_pid) &&
         !engine.monitor.is_alive(session.monitor_pid, session.container_id);
}

}  // namespace

void check_execs(engine::Engine& engine, Findings& findings) {
  for (const std::string& id : recorded_containers(engine)) {
    const auto sessions = [&] {
      return engine.store.read(
          [&](const store::Reader& reader) { return reader.exec_sessions(id); });
    };
    for (const model::ExecSession& session : sessions()) {
      // Looked at again: whoever ends forgets it last of all.
      const bool left =
          is_over(engine, session) && engine.store.read([&](const store::Reader& reader) {
            return reader.find_exec(id, session.id).has_value();
          });
      if (left) {
        findings.push_back(
            {"exec", session.id, "an exec session of container " + id + " that is over",
             [&engine, id, session = session.id] { forget_exec(engine, id, session); }});
      }
    }
  }
}

}  // namespace gantry::lifecycle
