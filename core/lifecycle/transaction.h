// SPDX-License-Identifier: Apache-2.0
//
// Plays steps forwards, and backwards when one fails. One thread.
//
// The first step of a journal is its mark (the record, the run folder): what tells others
// that there may be something to undo. It is made before all else, and when anything could
// not be undone it stays, so that the next command tries again.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/lifecycle/step.h"

namespace gantry::lifecycle {

// The names of steps begun, one a line, in a file; written before the step's first effect.
class Journal {
 public:
  // An empty path: no journal is kept (provision's intent is its record in the store).
  explicit Journal(std::filesystem::path path) : path_(std::move(path)) {}
  void begin(std::string_view step);
  // Steps begun, in order; nullopt when there is no journal, or nothing in it.
  [[nodiscard]] std::optional<std::vector<std::string>> read() const;

 private:
  std::filesystem::path path_;
};

// Runs the steps in order. When one throws, undoes it and all before it in reverse, and
// throws that first error again; failures of undoing are logged.
void play(std::span<const Step> steps, StepContext& context, Journal journal);

// Undoes the steps in reverse, those alone that the journal names (all, when there is no
// journal). Goes on past failures; answers the first, after logging the others.
std::optional<Error> play_backwards(std::span<const Step> steps, StepContext& context,
                                    const Journal& journal);

}  // namespace gantry::lifecycle
