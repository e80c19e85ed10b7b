// SPDX-License-Identifier: Apache-2.0
#include "sdk/conformance/suite.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace gantry::conformance {

Subject::Subject(const gantry_plugin& plugin, const std::filesystem::path& folder,
                 const std::string& config_json,
                 const std::function<void(int, std::string_view)>& log)
    : plugin_(plugin), services_({folder / "data", folder / "run", log, {}, {}}) {
  must("create", plugin_.create, services_.table(), boundary::to_abi(config_json), &self_);
}

Subject::~Subject() { plugin_.destroy(self_); }

void require(bool holds, const std::string& sentence) {
  if (!holds) {
    throw Error(Code::kInvalid, sentence);
  }
}

void require_equal(const std::string& what, const std::string& got, const std::string& wanted) {
  require(got == wanted, what + " is \"" + got + "\", not \"" + wanted + "\"");
}

const char* code_name(std::int32_t code) noexcept {
  static constexpr std::array kNames{"OK",          "NOT_FOUND",  "EXISTS",   "BUSY", "INVALID",
                                     "UNSUPPORTED", "PERMISSION", "NO_SPACE", "IO",   "CORRUPT",
                                     "TIMEOUT",     "CANCELLED",  "INTERNAL"};
  const auto index = static_cast<std::size_t>(code);
  return code >= 0 && index < kNames.size() ? kNames[index] : "an unknown code";
}

void check_answer(const Answer& answer) {
  require(answer.code >= GANTRY_OK && answer.code <= GANTRY_ERR_INTERNAL,
          "the function answered " + std::to_string(answer.code) + ", which is no code");
  require(answer.messages <= 1, "the error sink was called more than once in one call");
  if (answer.code == GANTRY_OK) {
    require(answer.messages == 0, "the error sink was called though the call succeeded");
  } else {
    require(!answer.message.empty(), std::string("a failure with ") + code_name(answer.code) +
                                         " came without a sentence");
  }
}

void need_root(const char* why) {
  if (::geteuid() != 0) {
    throw Skip(std::string("needs root: ") + why);
  }
}

bool Names::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

namespace {

void makes_two_instances(Bench& bench) {
  auto first = bench.instance();
  const auto second = bench.instance();
  first.reset();
  first = bench.instance();
}

void refuses_unknown_settings(Bench& bench) {
  HostServices services({bench.folder() / "data", bench.folder() / "run", {}, {}, {}});
  const std::string config = R"({"gantry_conformance_no_such_setting":"1"})";
  void* self = nullptr;
  const Answer answer =
      call(bench.plugin().create, services.table(), boundary::to_abi(config), &self);
  if (answer.code == GANTRY_OK) {
    bench.plugin().destroy(self);
  }
  require(answer.code == GANTRY_ERR_INVALID,
          std::string("an unknown setting was answered with ") + code_name(answer.code));
  require(answer.message.find("gantry_conformance_no_such_setting") != std::string::npos ||
              answer.message.find("configuration") != std::string::npos,
          "the refusal of an unknown setting does not name it: " + answer.message);
}

void creation_writes_nothing(Bench& bench) {
  { const auto subject = bench.instance(); }
  for (const char* folder : {"data", "run"}) {
    require(std::filesystem::is_empty(bench.folder() / "plugin" / folder),
            std::string("create wrote to the ") + folder + " folder");
  }
}

void knows_no_extension_of_that_name(Bench& bench) {
  const gantry_plugin plugin = boundary::sized_copy(&bench.plugin());
  if (plugin.get_extension == nullptr) {
    return;
  }
  const auto subject = bench.instance();
  require(plugin.get_extension(subject->self(),
                               boundary::to_abi("gantry.conformance.none/1")) == nullptr,
          "get_extension answered to an id that nobody knows");
}

}  // namespace

const Suite& common_suite() {
  static const Suite suite{
      {"instances are independent", makes_two_instances},
      {"create refuses an unknown setting by name", refuses_unknown_settings},
      {"create writes nothing to disk", creation_writes_nothing},
      {"get_extension is null for an unknown id", knows_no_extension_of_that_name}};
  return suite;
}

}  // namespace gantry::conformance
