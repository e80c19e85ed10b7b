// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/exec_session.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/verbs/exec.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

namespace {

constexpr std::chrono::seconds kKillPatience{10};

void signal_exec(engine::Engine& engine, const model::ExecSession& session, int signal) {
  try {
    engine.processes.kill(session.pid, signal);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw e.while_doing("signal exec session " + session.id);
    }
  }
}

bool ends_by(engine::Engine& engine, const model::ExecSession& session, int signal,
             std::chrono::milliseconds patience) {
  signal_exec(engine, session, signal);
  return engine.processes.wait_gone(session.pid, patience);
}

}  // namespace

std::vector<model::ExecSession> list_execs(engine::Engine& engine,
                                           const std::string& name_or_id) {
  const Inspected container = inspect(engine, name_or_id);
  std::vector<model::ExecSession> all = engine.store.read(
      [&](const store::Reader& reader) { return reader.exec_sessions(container.config.id); });
  for (model::ExecSession& session : all) {
    // A pid is the session's as long as the monitor has not reaped it; later it may be
    // another's.
    session.running = session.running && session.pid > 0 && runs(container.state.status) &&
                      engine.monitor.is_alive(session.monitor_pid, container.config.id) &&
                      engine.processes.alive(session.pid);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.created_ns, a.id) < std::pair(b.created_ns, b.id);
  });
  return all;
}

model::ExecSession inspect_exec(engine::Engine& engine, const std::string& name_or_id,
                                const std::string& session) {
  std::optional<model::ExecSession> found;
  for (model::ExecSession& one : list_execs(engine, name_or_id)) {
    if (session.empty() || !one.id.starts_with(session)) {
      continue;
    }
    if (found) {
      throw Error(Code::kInvalid, "more than one exec session of container " + name_or_id +
                                      " begins with " + session);
    }
    found = std::move(one);
  }
  if (!found) {
    throw Error(Code::kNotFound, "container " + name_or_id + " has no exec session with ID " +
                                     session + ": no such exec session");
  }
  return *std::move(found);
}

void stop_exec(engine::Engine& engine, const std::string& name_or_id,
               const std::string& session, std::optional<unsigned> timeout_s) {
  const model::ExecSession found = inspect_exec(engine, name_or_id, session);
  if (found.running) {
    const auto config = engine.store.read(
        [&](const store::Reader& reader) { return reader.find_container(found.container_id); });
    const model::ProcessConfig process = config ? config->process : model::ProcessConfig{};
    const std::chrono::seconds patience(timeout_s.value_or(process.stop_timeout));
    const bool ended = patience.count() > 0 &&
                       ends_by(engine, found, std::atoi(process.stop_signal.c_str()), patience);
    if (!ended && !ends_by(engine, found, SIGKILL, kKillPatience)) {
      throw Error(Code::kTimeout, "exec session " + found.id +
                                      " did not end within 10 seconds of SIGKILL; it hangs in "
                                      "the kernel");
    }
  }
  forget_exec(engine, found.container_id, found.id);
}

void resize_exec(engine::Engine& engine, const std::string& name_or_id,
                 const std::string& session, unsigned rows, unsigned columns) {
  const model::ExecSession found = inspect_exec(engine, name_or_id, session);
  if (!found.terminal || !found.running) {
    throw Error(Code::kInvalid, "cannot resize exec session " + found.id + ": it " +
                                    (found.terminal ? "has ended" : "has no terminal") +
                                    ": exec session state improper");
  }
  engine.monitor.resize(engine.layout.exec(found.container_id, found.id), rows, columns);
}

}  // namespace gantry::lifecycle
