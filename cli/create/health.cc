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

std::int64_t interval_of(const Options& options, const char* name) {
  const std::string text = options.text(name);
  if (text == "disable") {
    return 0;
  }
  const auto interval = parse_duration(text);
  if (!interval || interval->count() < 0) {
    // podman's words: "health-interval" is its healthcheck-interval.
    throw Error(Code::kInvalid,
                "invalid healthcheck" + std::string(name).substr(6) + ": \"" + text + "\"");
  }
  return interval->count();
}

std::int64_t timeout_of(const Options& options, const char* name) {
  const std::int64_t timeout = options.duration(name).count();
  if (timeout < 1'000'000'000) {
    throw Error(Code::kInvalid,
                "healthcheck" + std::string(name).substr(6) + " must be at least 1 second");
  }
  return timeout;
}

std::string action_of(const Options& options) {
  std::string action = options.text("health-on-failure");
  if (action != "none" && action != "kill" && action != "restart" && action != "stop") {
    throw Error(Code::kInvalid, "invalid on-failure action \"" + action +
                                    "\" for health check: supported actions are none, kill, "
                                    "restart, stop");
  }
  return action;
}

model::StartupCheck startup_of(const Options& options) {
  model::StartupCheck startup;
  if (options.given("health-startup-cmd")) {
    startup.test = parse_test(options.text("health-startup-cmd"));
  }
  startup.interval_ns = interval_of(options, "health-startup-interval");
  startup.timeout_ns = timeout_of(options, "health-startup-timeout");
  startup.retries = static_cast<int>(options.count("health-startup-retries"));
  startup.successes = static_cast<int>(options.count("health-startup-success"));
  return startup;
}

}  // namespace

void read_health(const Options& options, lifecycle::CreateRequest& request) {
  lifecycle::HealthRequest& health = request.health;
  health.none = options.flag("no-healthcheck");
  if (health.none && options.given("health-cmd")) {
    throw Error(Code::kInvalid, "cannot specify both --no-healthcheck and --health-cmd");
  }
  if (options.given("health-cmd")) {
    health.test = parse_test(options.text("health-cmd"));
  }
  if (options.given("health-interval")) {
    health.interval_ns = interval_of(options, "health-interval");
  }
  if (options.given("health-timeout")) {
    health.timeout_ns = timeout_of(options, "health-timeout");
  }
  if (options.given("health-start-period")) {
    health.start_period_ns = options.duration("health-start-period").count();
    if (health.start_period_ns < 0) {
      throw Error(Code::kInvalid, "healthcheck-start-period must be 0 seconds or greater");
    }
  }
  if (options.given("health-retries")) {
    health.retries = static_cast<int>(options.count("health-retries"));
  }
  if (options.given("health-on-failure")) {
    health.on_failure = action_of(options);
  }
  if (options.given("health-startup-cmd")) {
    health.startup = startup_of(options);
  }
}

}  // namespace gantry::cli
