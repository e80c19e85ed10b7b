// SPDX-License-Identifier: Apache-2.0
//
// A step: one effect and its undo. Steps are listed in two journals (provision, activate);
// a verb plays a journal forwards, whoever cleans up plays it backwards.
//
// The contract of undo is the whole of gantry's recovery: it may be called for a container
// whose run never happened, half happened, or was undone before; it needs only what the
// container's records say; and it succeeds when there is nothing left to undo. It throws
// only when something is left that it could not undo.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// What a checkpoint shall be, and how its processes go on from one.
struct Dump {
  bool leave_running = false;
  bool tcp_established = false;
  bool file_locks = false;
};
struct Restoration {
  bool tcp_established = false;
  bool file_locks = false;
};

// What the steps of one transaction share.
struct StepContext {
  engine::Engine& engine;
  const model::ContainerConfig& config;
  model::ContainerState& state;  // changed in memory; the verb writes it

  model::ContainerConfig* draft = nullptr;  // provision: config, for a step that completes it

  bool foreground = false;               // this process cleans up when the container ends
  bool remove_anonymous_volumes = true;  // undo of claim volumes

  std::function<void()> before_start = nullptr;  // start: attach here, nothing is lost

  int root_changes = -1;                     // provision: what the new layer holds, as a tar
  const Dump* dump = nullptr;                // checkpoint
  const Restoration* restoration = nullptr;  // start: from the checkpoint, not anew

  // From one step of activate to the next.
  std::map<std::string, std::filesystem::path> mount_sources = {};  // destination -> host path
  std::unique_ptr<ports::Launch> launch = nullptr;                  // create under way
};

struct Step {
  std::string_view name;
  void (*run)(StepContext& context);
  void (*undo)(StepContext& context);
};

}  // namespace gantry::lifecycle
