// SPDX-License-Identifier: Apache-2.0
#include "core/spec/apparmor.h"

#include <gantry/error.hpp>

#include <chrono>

#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::spec {

namespace {

constexpr std::chrono::seconds kPatience{60};

std::string ask_parser(const std::string& parser, const char* flag,
                       const std::filesystem::path& file) {
  Command command;
  command.argv = {parser, flag, file};
  command.timeout = kPatience;
  CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    const std::string& words = result.err.empty() ? result.out : result.err;
    throw Error(Code::kInvalid, "apparmor profile " + file.string() + ": " +
                                    words.substr(0, words.find_last_not_of('\n') + 1));
  }
  return std::move(result.out);
}

}  // namespace

bool is_profile_file(const std::string& given) { return given.starts_with('/'); }

std::string load_profile(const std::filesystem::path& file) {
  if (!gantry::exists(file)) {
    throw Error(Code::kNotFound,
                "apparmor profile " + file.string() + ": no such file or directory");
  }
  const auto parser = find_program("apparmor_parser");
  if (!parser) {
    throw Error(Code::kNotFound, "apparmor profile " + file.string() +
                                     " cannot be loaded: apparmor_parser is not installed; "
                                     "install the package apparmor");
  }
  const std::string names = ask_parser(*parser, "--names", file);
  const std::string name = names.substr(0, names.find('\n'));
  if (name.empty()) {
    throw Error(Code::kInvalid, "apparmor profile " + file.string() + " holds no profile");
  }
  (void)ask_parser(*parser, "--replace", file);
  return name;
}

}  // namespace gantry::spec
