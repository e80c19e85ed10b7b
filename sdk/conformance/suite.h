// SPDX-License-Identifier: Apache-2.0
//
// What the suites share: a check, its surroundings, and the ways to demand something.
#pragma once

#include <gantry/abi/plugin.h>
#include <gantry/boundary.hpp>
#include <gantry/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/conformance/kit.h"
#include "sdk/support/host_services.h"

namespace gantry::conformance {

// One instance of the plug-in in a folder of its own.
class Subject {
 public:
  Subject(const gantry_plugin& plugin, const std::filesystem::path& folder,
          const std::string& config_json,
          const std::function<void(int, std::string_view)>& log);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject();

  [[nodiscard]] void* self() const noexcept { return self_; }
  [[nodiscard]] const gantry_plugin& plugin() const noexcept { return plugin_; }

 private:
  const gantry_plugin& plugin_;
  HostServices services_;
  void* self_ = nullptr;
};

// Where a check runs: an empty folder, and instances on demand. Instances of one check share
// their data, as successive processes would.
class Bench {
 public:
  Bench(const gantry_plugin& plugin, const Options& options, std::filesystem::path folder)
      : plugin_(plugin), options_(options), folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] const gantry_plugin& plugin() const noexcept { return plugin_; }
  [[nodiscard]] bool can(std::uint64_t capability) const noexcept {
    return (plugin_.capabilities & capability) != 0;
  }
  [[nodiscard]] std::unique_ptr<Subject> instance() const {
    return instance(options_.config_json);
  }
  [[nodiscard]] std::unique_ptr<Subject> instance(const std::string& config_json) const {
    return std::make_unique<Subject>(plugin_, folder_ / "plugin", config_json, options_.log);
  }
  // Runs the named work of children.h in this folder, in a process that it kills.
  void die_in_child(const std::string& work) const;

 private:
  const gantry_plugin& plugin_;
  const Options& options_;
  std::filesystem::path folder_;
};

struct Check {
  const char* name;
  void (*run)(Bench& bench);
};
using Suite = std::vector<Check>;

[[nodiscard]] const Suite& common_suite();
[[nodiscard]] const Suite& oci_suite();
[[nodiscard]] const Suite& storage_suite();
[[nodiscard]] const Suite& net_suite();
[[nodiscard]] const Suite& state_suite();

// What a function of the table answered.
struct Answer {
  std::int32_t code = GANTRY_OK;
  std::string message;
  int messages = 0;  // how often the error sink was called
};

// Calls op(args..., error) and holds it to the rules for every function: a known code, a
// sentence with each failure and none with success, told once.
template <typename Op, typename... Args>
Answer call(Op op, Args... args);

// The call must succeed; what says what was being done.
template <typename Op, typename... Args>
void must(const std::string& what, Op op, Args... args);

// The call must fail with this code.
template <typename Op, typename... Args>
void must_fail(const std::string& what, std::int32_t code, Op op, Args... args);

// Fails the check unless holds.
void require(bool holds, const std::string& sentence);
void require_equal(const std::string& what, const std::string& got, const std::string& wanted);
void check_answer(const Answer& answer);
[[nodiscard]] const char* code_name(std::int32_t code) noexcept;
// Skips the check unless this process is root.
void need_root(const char* why);

// Collects what is written to a sink.
class Text {
 public:
  Text() = default;
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  [[nodiscard]] const gantry_sink* sink() const noexcept { return &sink_; }
  [[nodiscard]] const std::string& str() const noexcept { return text_; }

 private:
  static void write(void* ctx, gantry_str bytes) noexcept {
    static_cast<Text*>(ctx)->text_.append(boundary::view(bytes));
  }
  std::string text_;
  gantry_sink sink_{this, &Text::write};
};

// Collects the names of a list.
class Names {
 public:
  // Ends the listing after limit names.
  explicit Names(std::size_t limit = SIZE_MAX) : limit_(limit) {}
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  [[nodiscard]] const gantry_list_sink* sink() const noexcept { return &sink_; }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  static std::int32_t item(void* ctx, gantry_str name) noexcept {
    auto& self = *static_cast<Names*>(ctx);
    self.names_.push_back(boundary::to_string(name));
    return self.names_.size() >= self.limit_ ? 1 : 0;
  }
  std::size_t limit_;
  std::vector<std::string> names_;
  gantry_list_sink sink_{this, &Names::item};
};

template <typename Op, typename... Args>
Answer call(Op op, Args... args) {
  if (op == nullptr) {
    throw Skip("the plug-in does not have this function");
  }
  Answer answer;
  const gantry_error error{&answer, [](void* ctx, gantry_str message) {
                             auto& to = *static_cast<Answer*>(ctx);
                             to.message = boundary::view(message);
                             ++to.messages;
                           }};
  answer.code = op(args..., &error);
  check_answer(answer);
  return answer;
}

template <typename Op, typename... Args>
void must(const std::string& what, Op op, Args... args) {
  const Answer answer = call(op, args...);
  require(answer.code == GANTRY_OK,
          what + " failed with " + code_name(answer.code) + ": " + answer.message);
}

template <typename Op, typename... Args>
void must_fail(const std::string& what, std::int32_t code, Op op, Args... args) {
  const Answer answer = call(op, args...);
  require(answer.code == code, what + " answered " + code_name(answer.code) + " (" +
                                   answer.message + "), not " + code_name(code));
}

}  // namespace gantry::conformance
