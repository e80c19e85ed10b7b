// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/state_machine.h"

#include <algorithm>

#include "core/model/ids.h"

namespace gantry::lifecycle {

namespace {

constexpr std::size_t kStatusCount = kStatuses.size();

constexpr Ruling go(Status next) { return {Answer::kDo, next, {}}; }
constexpr Ruling done(Status same) { return {Answer::kNothing, same, {}}; }
constexpr Ruling no(Status same, std::string_view reason) {
  return {Answer::kRefuse, same, reason};
}

using enum Status;
constexpr std::string_view kNotRunning = "container is not running";
constexpr std::string_view kOnlyRunning = "top can only be used on running containers";
constexpr std::string_view kIsRunning = "container is running";
constexpr std::string_view kIsPaused = "container is paused: unpause it first";
constexpr std::string_view kBeingCreated = "container is still being created";
constexpr std::string_view kBeingRemoved = "container is being removed: finish with rm --force";
constexpr std::string_view kUnclear =
    "container is in an unknown state: remove it with rm --force";

// What only reads or writes files asks no more than that there are some.
constexpr std::array<Ruling, kStatusCount> kNeedsFiles{no(kUnknown, kUnclear),
                                                       no(kCreating, kBeingCreated),
                                                       go(kConfigured),
                                                       go(kCreated),
                                                       go(kRunning),
                                                       go(kPaused),
                                                       go(kStopped),
                                                       go(kExited),
                                                       no(kRemoving, kBeingRemoved)};

struct Row {
  Verb verb;
  std::string_view name;
  std::array<Ruling, kStatusCount> by_status;  // in the order of kStatuses
};

// unknown, creating, configured, created, running, paused, stopped, exited, removing
constexpr std::array<Row, kVerbs.size()> kTable{{
    {Verb::kInit,
     "init",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), go(kCreated), done(kCreated),
      no(kRunning, "container has already been created in the runtime"),
      no(kPaused, "container has already been created in the runtime"), go(kCreated),
      go(kCreated), no(kRemoving, kBeingRemoved)}},
    {Verb::kStart,
     "start",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), go(kRunning), go(kRunning),
      done(kRunning), no(kPaused, kIsPaused), go(kRunning), go(kRunning),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kStop,
     "stop",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), done(kConfigured), go(kExited),
      go(kExited), no(kPaused, kIsPaused), go(kExited), done(kExited),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kKill,
     "kill",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      no(kCreated, kNotRunning), go(kRunning), go(kPaused), no(kStopped, kNotRunning),
      no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kPause,
     "pause",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      no(kCreated, kNotRunning), go(kPaused), no(kPaused, "container is already paused"),
      no(kStopped, kNotRunning), no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kUnpause,
     "unpause",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated),
      no(kConfigured, "container is not paused"), no(kCreated, "container is not paused"),
      no(kRunning, "container is not paused"), go(kRunning),
      no(kStopped, "container is not paused"), no(kExited, "container is not paused"),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kRestart,
     "restart",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), go(kRunning), go(kRunning),
      go(kRunning), no(kPaused, kIsPaused), go(kRunning), go(kRunning),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kExec,
     "exec",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      no(kCreated, kNotRunning), go(kRunning), no(kPaused, kIsPaused),
      no(kStopped, kNotRunning), no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kAttach,
     "attach",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      go(kCreated), go(kRunning), go(kPaused), no(kStopped, kNotRunning),
      no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kTop,
     "top",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kOnlyRunning),
      no(kCreated, kOnlyRunning), go(kRunning), go(kPaused), no(kStopped, kOnlyRunning),
      no(kExited, kOnlyRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kStats,
     "stats",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      no(kCreated, kNotRunning), go(kRunning), go(kPaused), no(kStopped, kNotRunning),
      no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kUpdate,
     "update",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), go(kConfigured), go(kCreated),
      go(kRunning), go(kPaused), go(kStopped), go(kExited), no(kRemoving, kBeingRemoved)}},
    {Verb::kCheckpoint,
     "checkpoint",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), no(kConfigured, kNotRunning),
      no(kCreated, kNotRunning), go(kExited), no(kPaused, kIsPaused), no(kStopped, kNotRunning),
      no(kExited, kNotRunning), no(kRemoving, kBeingRemoved)}},
    {Verb::kRestore,
     "restore",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), go(kRunning),
      no(kCreated, "container has already been created in the runtime"),
      no(kRunning, kIsRunning), no(kPaused, kIsPaused), go(kRunning), go(kRunning),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kRename,
     "rename",
     {go(kUnknown), no(kCreating, kBeingCreated), go(kConfigured), go(kCreated), go(kRunning),
      go(kPaused), go(kStopped), go(kExited), no(kRemoving, kBeingRemoved)}},
    {Verb::kMount, "mount", kNeedsFiles},
    {Verb::kExport, "export", kNeedsFiles},
    {Verb::kCopy, "cp", kNeedsFiles},
    {Verb::kCommit, "commit", kNeedsFiles},
    {Verb::kCleanup,
     "cleanup",
     {no(kUnknown, kUnclear), no(kCreating, kBeingCreated), done(kConfigured), go(kConfigured),
      no(kRunning, kIsRunning), no(kPaused, kIsPaused), go(kExited), done(kExited),
      no(kRemoving, kBeingRemoved)}},
    {Verb::kRemove,
     "rm",
     {no(kUnknown, kUnclear), go(kRemoving), go(kRemoving), go(kRemoving),
      no(kRunning, kIsRunning), no(kPaused, kIsPaused), go(kRemoving), go(kRemoving),
      go(kRemoving)}},
    {Verb::kForceRemove,
     "rm --force",
     {go(kRemoving), go(kRemoving), go(kRemoving), go(kRemoving), go(kRemoving), go(kRemoving),
      go(kRemoving), go(kRemoving), go(kRemoving)}},
}};

const Row& row_of(Verb verb) {
  return *std::find_if(kTable.begin(), kTable.end(),
                       [&](const Row& row) { return row.verb == verb; });
}

}  // namespace

std::string_view name_of(Verb verb) { return row_of(verb).name; }

const Ruling& rule(Status status, Verb verb) {
  const auto column = std::find(kStatuses.begin(), kStatuses.end(), status) - kStatuses.begin();
  return row_of(verb).by_status.at(static_cast<std::size_t>(column));
}

bool permits(Status status, Verb verb, const std::string& container) {
  const Ruling& ruling = rule(status, verb);
  if (ruling.answer == Answer::kRefuse) {
    throw StateError("cannot " + std::string(name_of(verb)) + " container " + container +
                     " as it is " + std::string(model::name_of(status)) + ": " +
                     std::string(ruling.reason) + ": container state improper");
  }
  return ruling.answer == Answer::kDo;
}

std::string table_as_markdown() {
  std::string text = "| verb |";
  std::string rule_line = "| --- |";
  for (const Status status : kStatuses) {
    text += " " + std::string(model::name_of(status)) + " |";
    rule_line += " --- |";
  }
  text += "\n" + rule_line + "\n";
  for (const Row& row : kTable) {
    text += "| " + std::string(row.name) + " |";
    for (std::size_t i = 0; i < kStatusCount; ++i) {
      const Ruling& ruling = row.by_status[i];
      switch (ruling.answer) {
        case Answer::kDo:
          text += ruling.next == kStatuses[i]
                      ? " yes |"
                      : " → " + std::string(model::name_of(ruling.next)) + " |";
          break;
        case Answer::kNothing:
          text += " nothing to do |";
          break;
        case Answer::kRefuse:
          text += " – |";
          break;
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace gantry::lifecycle
