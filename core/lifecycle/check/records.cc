// SPDX-License-Identifier: Apache-2.0
//
// The store itself, containers whose create or rm died half way, and those that ended and
// have nobody who will clean up.
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/cleanup.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

using model::Status;

std::set<std::string> recorded_containers(engine::Engine& engine) {
  std::set<std::string> ids;
  for (const store::ContainerRow& row :
       engine.store.read([](const store::Reader& reader) { return reader.containers(); })) {
    ids.insert(row.brief.id);
  }
  return ids;
}

std::set<std::string> activated_containers(engine::Engine& engine) {
  std::set<std::string> ids;
  for (const store::ContainerRow& row :
       engine.store.read([](const store::Reader& reader) { return reader.containers(); })) {
    const Status status = row.state.status;
    if (status == Status::kCreated || status == Status::kRunning || status == Status::kPaused ||
        status == Status::kStopped ||
        gantry::exists(engine.layout.container_run(row.brief.id))) {
      ids.insert(row.brief.id);
    }
  }
  return ids;
}

void settle_leftover(engine::Engine& engine, const std::string& id,
                     std::set<std::string> (*keep)(engine::Engine&),
                     const std::function<void()>& act) {
  locks::Lock lock =
      engine.locks.acquire(locks::Kind::kContainer, id, locks::LockTable::kPatience);
  if (!keep(engine).contains(id)) {
    act();
  }
  if (!recorded_containers(engine).contains(id)) {
    lock.release_and_forget();
  }
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

void check_store(engine::Engine& engine, Findings& findings) {
  try {
    engine.store.backend().check(locks::LockTable::kPatience);
  } catch (const Error& e) {
    findings.push_back({"store", "state store", e.what()});
  }
}

namespace {

// What is wrong with it, if it is true that nobody is at it.
std::string problem_of(engine::Engine& engine, const store::ContainerRow& row) {
  const std::string& id = row.brief.id;
  switch (row.state.status) {
    case Status::kCreating:
      return "its create died half way";
    case Status::kRemoving:
      return "its removal died half way";
    case Status::kStopped:
      // As long as the monitor lives it has its exit command, and its delay, before it.
      return engine.monitor.is_alive(row.state.monitor_pid, id)
                 ? ""
                 : "it has ended, and nobody cleaned up";
    case Status::kConfigured:
    case Status::kExited:
      return gantry::exists(engine.layout.container_run(id))
                 ? "it does not run, and its last run was not cleaned up"
                 : "";
    default:
      return "";
  }
}

// Whoever is at a container holds its lock. Held neither before nor after the look, and still
// the same: nobody was.
std::string lasting_problem_of(engine::Engine& engine, const store::ContainerRow& row) {
  const std::string& id = row.brief.id;
  std::string problem = problem_of(engine, row);
  if (problem.empty() || engine.locks.is_held(locks::Kind::kContainer, id)) {
    return "";
  }
  const auto state =
      engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
  if (!state || problem_of(engine, {row.brief, observe(engine, id, *state)}) != problem ||
      engine.locks.is_held(locks::Kind::kContainer, id)) {
    return "";
  }
  return problem;
}

}  // namespace

void check_containers(engine::Engine& engine, Findings& findings) {
  for (const store::ContainerRow& row : list(engine)) {
    const std::string& id = row.brief.id;
    const std::string problem = lasting_problem_of(engine, row);
    if (problem.empty()) {
      continue;
    }
    const bool unfinished =
        row.state.status == Status::kCreating || row.state.status == Status::kRemoving;
    findings.push_back({"container", id, problem, [&engine, id, unfinished] {
                          if (unfinished) {
                            remove_unfinished(engine, id);
                          } else {
                            cleanup(engine, id, {.from_monitor = true});
                          }
                        }});
  }
}

}  // namespace gantry::lifecycle
