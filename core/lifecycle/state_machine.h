// SPDX-License-Identifier: Apache-2.0
//
// Which verb a container's state allows: one table, from which docs/LIFECYCLE.md is printed
// and against which every pair is tested. Pure.
#pragma once

#include <gantry/error.hpp>

#include <array>
#include <string>
#include <string_view>

#include "core/model/container_state.h"

namespace gantry::lifecycle {

using model::Status;

enum class Verb {
  kInit,
  kStart,
  kStop,
  kKill,
  kPause,
  kUnpause,
  kRestart,
  kExec,
  kAttach,
  kTop,
  kStats,
  kUpdate,
  kCheckpoint,
  kRestore,
  kRename,
  kMount,
  kExport,
  kCopy,
  kCommit,
  kCleanup,
  kRemove,
  kForceRemove,
};
inline constexpr std::array kVerbs{
    Verb::kInit,    Verb::kStart,      Verb::kStop,       Verb::kKill,    Verb::kPause,
    Verb::kUnpause, Verb::kRestart,    Verb::kExec,       Verb::kAttach,  Verb::kTop,
    Verb::kStats,   Verb::kUpdate,     Verb::kCheckpoint, Verb::kRestore, Verb::kRename,
    Verb::kMount,   Verb::kExport,     Verb::kCopy,       Verb::kCommit,  Verb::kCleanup,
    Verb::kRemove,  Verb::kForceRemove};
inline constexpr std::array kStatuses{Status::kUnknown, Status::kCreating, Status::kConfigured,
                                      Status::kCreated, Status::kRunning,  Status::kPaused,
                                      Status::kStopped, Status::kExited,   Status::kRemoving};

enum class Answer {
  kDo,       // go on
  kNothing,  // the wish is already fulfilled: succeed
  kRefuse,   // an error that says why
};

struct Ruling {
  Answer answer;
  Status next;              // the state after success; the same state where it does not change
  std::string_view reason;  // kRefuse: the end of the sentence, "… : reason"
};

[[nodiscard]] std::string_view name_of(Verb verb);
[[nodiscard]] const Ruling& rule(Status status, Verb verb);

// The container's state does not allow it; callers with an exit code for that catch it.
class StateError : public Error {
 public:
  explicit StateError(const std::string& message) : Error(Code::kInvalid, message) {}
};

// True: do it. False: nothing to do. Throws StateError in podman's words when refused;
// container names it for people.
bool permits(Status status, Verb verb, const std::string& container);

// The table as Markdown, for docs/LIFECYCLE.md.
[[nodiscard]] std::string table_as_markdown();

}  // namespace gantry::lifecycle
