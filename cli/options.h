// SPDX-License-Identifier: Apache-2.0
//
// Command lines to values, by pflag's rules: --name value, --name=value, --flag,
// --flag=false, clusters of letters (-it, -p80:80), "--" ends the options, and a verb that
// runs another program stops reading options at its first argument.
// Every mistake is a UsageError in podman's words. Values, no I/O.
#pragma once

#include <gantry/error.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.h"

namespace gantry::cli {

// The command line itself is wrong. help_requested: not wrong, but -h or --help was there.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message, bool help_requested = false)
      : Error(Code::kInvalid, message), help_requested_(help_requested) {}
  [[nodiscard]] bool help_requested() const noexcept { return help_requested_; }

 private:
  bool help_requested_;
};

// What was given. Asking for an option that is in none of the tables is a programming
// error and throws kInternal. The tables outlive this.
class Options {
 public:
  Options() = default;
  explicit Options(std::vector<OptionTable> tables) : tables_(std::move(tables)) {}

  [[nodiscard]] bool given(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  // The last value, or the fallback of the table.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::uint64_t count(std::string_view name) const;
  [[nodiscard]] double real(std::string_view name) const;
  [[nodiscard]] std::chrono::nanoseconds duration(std::string_view name) const;
  [[nodiscard]] std::int64_t size(std::string_view name) const;
  // All values in order; those of kStrings split at commas (quotes as in CSV).
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

  // Checks the value against the kind and keeps it; UsageError when it does not fit.
  void set(const Option& option, std::string value);
  // Takes over what stood before the verb, for the options that are the same.
  void adopt(const Options& earlier);
  [[nodiscard]] const Option* find(std::string_view name) const;
  [[nodiscard]] const Option* find(char letter) const;
  [[nodiscard]] const std::vector<OptionTable>& tables() const noexcept { return tables_; }

 private:
  [[nodiscard]] const Option& require(std::string_view name) const;

  std::vector<OptionTable> tables_;
  std::map<std::string_view, std::vector<std::string>> values_;
};

enum class Interspersed { kYes, kNo };

struct ParsedLine {
  Options options;
  std::vector<std::string> arguments;
  bool dashed = false;  // a "--" ended the options
};

// Throws UsageError.
[[nodiscard]] ParsedLine parse_line(const std::vector<std::string>& words,
                                    std::vector<OptionTable> tables, Interspersed interspersed);

// How messages and help name an option: "-m, --memory" or "--name".
[[nodiscard]] std::string spelling_of(const Option& option);

}  // namespace gantry::cli
