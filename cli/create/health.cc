// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"
#include "cli/values.h"
#include "sdk/support/json.h"

namespace gantry::cli {
namespace {

std::vector<std::string> parse_test(const std::string& text) {
  if (text == "none") {
    return {"NONE"};
  }
  if (text.starts_with('[')) {
    const Json words = Json::parse(text, nullptr, false);
    if (!words.is_array() || words.empty() || !words.front().is_string()) {
      throw Error(Code::kInvalid, "invalid --health-cmd \"" + text + "\": not a list of words");
    }
    auto test = words.get<std::vector<std::string>>();
    if (test.front() != "CMD" && test.front() != "CMD-SHELL" && test.front() != "NONE") {
      test.insert(test.begin(), "CMD");
    }
    return test;
  }
  return {"CMD-SHELL", text};
}

std::int64_t interval_of(const std::string& text) {
  if (text == "disable") {
    return 0;
  }
  const auto interval = parse_duration(text);
  if (!interval || interval->count() < 0) {
    throw Error(Code::kInvalid, "invalid healthcheck-interval: \"" + text + "\"");
  }
  return interval->count();
}

}  // namespace

void read_health(const Options& options, lifecycle::CreateRequest& request) {
  request.no_healthcheck = options.flag("no-healthcheck");
  if (request.no_healthcheck && options.given("health-cmd")) {
    throw Error(Code::kInvalid, "cannot specify both --no-healthcheck and --health-cmd");
  }
  // On an image's own check only the action can be put.
  if (!options.given("health-cmd") && !options.given("health-on-failure")) {
    return;
  }
  model::HealthConfig health;
  if (options.given("health-cmd")) {
    health.test = parse_test(options.text("health-cmd"));
  }
  health.interval_ns = interval_of(options.text("health-interval"));
  health.timeout_ns = options.duration("health-timeout").count();
  health.start_period_ns = options.duration("health-start-period").count();
  health.retries = static_cast<int>(options.count("health-retries"));
  health.on_failure = options.text("health-on-failure");
  if (health.on_failure != "none" && health.on_failure != "kill" &&
      health.on_failure != "restart" && health.on_failure != "stop") {
    throw Error(Code::kInvalid, "invalid on-failure action \"" + health.on_failure +
                                    "\" for health check: supported actions are none, kill, "
                                    "restart, stop");
  }
  if (health.timeout_ns < 1'000'000'000) {
    throw Error(Code::kInvalid, "healthcheck-timeout must be at least 1 second");
  }
  request.health = std::move(health);
}

}  // namespace gantry::cli
