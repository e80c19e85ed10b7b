// SPDX-License-Identifier: Apache-2.0
//
// From words to an exit code: finds the command, parses its line, runs it, and tells every
// failure once, last, on the error stream.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"

namespace gantry::cli {

// A failure with an exit code of its own.
class ExitError : public Error {
 public:
  ExitError(int exit_code, const Error& error)
      : Error(error.code(), error.what()), exit_code_(exit_code) {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

// words: the command line with the program's name first.
[[nodiscard]] int run_program(CommandTree tree, const std::vector<std::string>& words,
                              std::ostream& out, std::ostream& err, const EngineOpener& open);

}  // namespace gantry::cli
