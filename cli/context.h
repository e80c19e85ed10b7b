// SPDX-License-Identifier: Apache-2.0
//
// What a command gets to work with: its parsed line, where to write, and the engine, which
// is opened at the first use. Lives for one command, on one thread.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"

namespace gantry::engine {
struct Engine;
}

namespace gantry::cli {

using EngineOpener =
    std::function<std::shared_ptr<engine::Engine>(const Options&, const std::string& verb)>;

class Context {
 public:
  Context(const Entry& entry, ParsedLine line, std::vector<std::string> words,
          std::ostream& out, std::ostream& err, EngineOpener open)
      : entry_(entry),
        line_(std::move(line)),
        words_(std::move(words)),
        out_(out),
        err_(err),
        open_(std::move(open)) {}

  [[nodiscard]] const Entry& entry() const noexcept { return entry_; }
  [[nodiscard]] const Options& options() const noexcept { return line_.options; }
  [[nodiscard]] const std::vector<std::string>& arguments() const noexcept {
    return line_.arguments;
  }
  // The whole command line as it was typed, program name first.
  [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }
  [[nodiscard]] std::ostream& out() noexcept { return out_; }
  [[nodiscard]] std::ostream& err() noexcept { return err_; }

  [[nodiscard]] engine::Engine& engine();
  [[nodiscard]] bool engine_opened() const noexcept { return engine_ != nullptr; }

 private:
  const Entry& entry_;
  ParsedLine line_;
  std::vector<std::string> words_;
  std::ostream& out_;
  std::ostream& err_;
  EngineOpener open_;
  std::shared_ptr<engine::Engine> engine_;
};

// SIGINT and SIGTERM ask the engine to give up what it is doing.
[[nodiscard]] bool cancelled() noexcept;
void cancel_on_signals();

}  // namespace gantry::cli
