// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/dependencies.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/lifecycle/sync.h"
#include "core/lifecycle/task_graph.h"
#include "core/lifecycle/verbs/start.h"

namespace gantry::lifecycle {

namespace {

// One that is to be started, and what must run before.
struct Node {
  std::string id;
  std::string name;
  std::string wanted_by;  // the name of one that depends on it
  std::vector<std::string> needs;
};

// Everything below the container, each once. One that is gone has no needs: its start tells.
std::vector<Node> below(engine::Engine& engine, const model::ContainerConfig& config) {
  return engine.store.read([&](const store::Reader& reader) {
    std::vector<Node> nodes;
    const auto add = [&](const std::string& id, const std::string& wanted_by) {
      const bool known = std::any_of(nodes.begin(), nodes.end(),
                                     [&](const Node& node) { return node.id == id; });
      if (!known) {
        const auto brief = reader.find_brief(id);
        nodes.push_back({id, brief ? brief->name : id, wanted_by,
                         brief ? brief->depends_on : std::vector<std::string>{}});
      }
    };
    for (const std::string& id : config.depends_on) {
      add(id, config.name);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Node node = nodes[i];
      for (const std::string& id : node.needs) {
        add(id, node.name);
      }
    }
    return nodes;
  });
}

using Needs = std::map<std::string, std::vector<std::string>>;

// All that it depends on, directly or not, each once.
std::set<std::string> all_below(const Needs& needs, const std::string& id) {
  std::set<std::string> all;
  std::vector<std::string> left{id};
  while (!left.empty()) {
    const auto found = needs.find(left.back());
    left.pop_back();
    if (found == needs.end()) {
      continue;
    }
    for (const std::string& below : found->second) {
      if (all.insert(below).second) {
        left.push_back(below);
      }
    }
  }
  return all;
}

void start_node(engine::Engine& engine, const Node& node) {
  try {
    StartOptions how;
    how.start_dependencies = false;
    start(engine, node.id, how);
  } catch (const Error& e) {
    throw e.while_doing("start container " + node.name + ", which " + node.wanted_by +
                        " depends on");
  }
}

}  // namespace

void start_dependencies(engine::Engine& engine, const model::ContainerConfig& config) {
  if (config.depends_on.empty()) {
    return;
  }
  const std::vector<Node> nodes = below(engine, config);
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    places[nodes[i].id] = i;
  }
  std::vector<Task> tasks;
  for (const Node& node : nodes) {
    Task task{[&engine, &node] { start_node(engine, node); }};
    for (const std::string& id : node.needs) {
      task.after.push_back(places.at(id));
    }
    tasks.push_back(std::move(task));
  }
  for (const Outcome& outcome : run_tasks(engine.settings.at_once, tasks)) {
    if (outcome.failure) {
      std::rethrow_exception(outcome.failure);
    }
  }
}

std::vector<std::string> dependents_of(const store::Reader& reader, const std::string& id) {
  std::vector<std::string> found;
  for (const store::ContainerRow& row : reader.containers()) {
    const auto& needs = row.brief.depends_on;
    if (std::find(needs.begin(), needs.end(), id) != needs.end()) {
      found.push_back(row.brief.id);
    }
  }
  return found;
}

void require_no_dependents(const store::Reader& reader, const std::string& id) {
  if (const auto dependents = dependents_of(reader, id); !dependents.empty()) {
    throw Error(Code::kExists,
                "container " + id +
                    " has dependent containers which must be removed before it: " +
                    dependents.front() + ": container already exists");
  }
}

std::vector<std::vector<std::size_t>> removal_order(engine::Engine& engine,
                                                    const std::vector<std::string>& names) {
  std::vector<std::vector<std::size_t>> before(names.size());
  if (names.size() < 2) {
    return before;
  }
  std::map<std::string, std::vector<std::size_t>> places;
  Needs needs;
  engine.store.read([&](const store::Reader& reader) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      try {
        places[reader.resolve_container(names[i])].push_back(i);
      } catch (const Error&) {
        continue;  // its removal tells
      }
    }
    for (const store::ContainerRow& row : reader.containers()) {
      needs[row.brief.id] = row.brief.depends_on;
    }
  });
  for (const auto& [id, own] : places) {
    for (std::size_t i = 1; i < own.size(); ++i) {
      before[own[i]].push_back(own[i - 1]);
    }
    for (const std::string& below : all_below(needs, id)) {
      if (const auto found = places.find(below); found != places.end()) {
        before[found->second.front()].push_back(own.front());
      }
    }
  }
  return before;
}

void require_dependencies(engine::Engine& engine, const model::ContainerConfig& config) {
  std::string idle;
  for (const std::string& id : config.depends_on) {
    const auto [recorded, name] = engine.store.read([&](const store::Reader& reader) {
      const auto brief = reader.find_brief(id);
      return std::pair(reader.find_state(id), brief ? brief->name : id);
    });
    if (!recorded || observe(engine, id, *recorded).status != model::Status::kRunning) {
      idle += (idle.empty() ? "" : ", ") + name;
    }
  }
  if (!idle.empty()) {
    throw Error(Code::kInvalid, "some dependencies of container " + config.name +
                                    " are not started: " + idle +
                                    ": start them first: container state improper");
  }
}

}  // namespace gantry::lifecycle
