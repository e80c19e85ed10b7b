// SPDX-License-Identifier: Apache-2.0
#include "core/image/health_change.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>

#include "sdk/support/duration.h"
#include "sdk/support/json.h"

namespace gantry::image {

namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(Code::kInvalid,
              "invalid change \"HEALTHCHECK " + std::string(text) + "\": " + why);
}

// The first word, taken off with the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(text.find_first_not_of(" \t", end), text.size()));
  return word;
}

int count_of(std::string_view value) {
  int count = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, count);
  return failure == std::errc() && stop == end ? count : -1;
}

void apply_option(model::ImageDefaults& health, std::string_view option,
                  std::string_view whole) {
  const std::size_t equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? "" : option.substr(equals + 1);
  if (name == "--retries") {
    health.health_retries = count_of(value);
    if (health.health_retries < 0) {
      refuse(whole, std::string(option) + " is no count");
    }
    return;
  }
  std::int64_t* const into = name == "--interval"       ? &health.health_interval_ns
                             : name == "--timeout"      ? &health.health_timeout_ns
                             : name == "--start-period" ? &health.health_start_period_ns
                                                        : nullptr;
  const auto duration = parse_duration(value);
  if (into == nullptr) {
    refuse(whole, "unknown option " + std::string(name));
  }
  if (!duration || duration->count() < 0) {
    refuse(whole, std::string(option) + " is no duration");
  }
  *into = duration->count();
}

std::vector<std::string> test_of(std::string_view command) {
  const Json words = Json::parse(command, nullptr, false);
  const bool exec_form =
      words.is_array() && !words.empty() &&
      std::all_of(words.begin(), words.end(), [](const Json& one) { return one.is_string(); });
  if (!exec_form) {
    return {"CMD-SHELL", std::string(command)};
  }
  auto test = words.get<std::vector<std::string>>();
  test.insert(test.begin(), "CMD");
  return test;
}

}  // namespace

void change_health(model::ImageDefaults& defaults, std::string_view text) {
  model::ImageDefaults health;
  std::string_view rest = text;
  while (rest.starts_with("--")) {
    apply_option(health, take_word(rest), text);
  }
  const std::string_view form = take_word(rest);
  if (form == "NONE" && rest.empty()) {
    health.health_test = {"NONE"};
  } else if (form == "CMD" && !rest.empty()) {
    health.health_test = test_of(rest);
  } else {
    refuse(text, "it is neither NONE nor CMD with a command");
  }
  defaults.health_test = std::move(health.health_test);
  defaults.health_interval_ns = health.health_interval_ns;
  defaults.health_timeout_ns = health.health_timeout_ns;
  defaults.health_start_period_ns = health.health_start_period_ns;
  defaults.health_retries = health.health_retries;
}

}  // namespace gantry::image
