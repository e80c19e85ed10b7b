// SPDX-License-Identifier: Apache-2.0
#include "core/health/record.h"

#include "sdk/support/files.h"

namespace gantry::health {

namespace {

constexpr std::size_t kLogLength = 5;

bool is_check(const std::vector<std::string>& test) {
  return !test.empty() && test.front() != "NONE";
}

void remember(Record& record, Check check) {
  if (check.output.size() > kOutputLimit) {
    check.output.resize(kOutputLimit);
  }
  record.log.push_back(std::move(check));
  if (record.log.size() > kLogLength) {
    record.log.erase(record.log.begin());
  }
}

}  // namespace

bool has_check(const model::HealthConfig& config) { return is_check(config.test); }

bool is_starting_up(const Record& record, const model::HealthConfig& config) {
  return is_check(config.startup.test) && !record.started;
}

bool checks_by_itself(const Record& record, const model::HealthConfig& config) {
  return config.interval_ns > 0 &&
         (!is_starting_up(record, config) || config.startup.interval_ns > 0);
}

std::vector<std::string> argv_of(const std::vector<std::string>& test) {
  if (!is_check(test)) {
    throw Error(Code::kInvalid, "has no defined healthcheck");
  }
  std::vector<std::string> argv = test;
  if (argv.front() == "CMD-SHELL") {
    std::string line;
    for (std::size_t i = 1; i < argv.size(); ++i) {
      line += (i > 1 ? " " : "") + argv[i];
    }
    return {"sh", "-c", line};
  }
  if (argv.front() == "CMD") {
    argv.erase(argv.begin());
  }
  return argv;
}

void apply(Record& record, const model::HealthConfig& config, std::int64_t container_started_ns,
           Check check) {
  if (check.exit_code == 0) {
    record.status = "healthy";
    record.failing_streak = 0;
  } else if (check.start_ns - container_started_ns >= config.start_period_ns) {
    ++record.failing_streak;
    if (record.failing_streak >= config.retries) {
      record.status = "unhealthy";
    }
  }
  remember(record, std::move(check));
}

bool apply_startup(Record& record, const model::StartupCheck& config, Check check) {
  const bool good = check.exit_code == 0;
  record.startup_successes = good ? record.startup_successes + 1 : 0;
  record.startup_failures = good ? 0 : record.startup_failures + 1;
  record.started = good && record.startup_successes >= config.successes;
  remember(record, std::move(check));
  return config.retries > 0 && record.startup_failures >= config.retries;
}

std::optional<Record> read_record(const std::filesystem::path& file) {
  const auto text = read_file_if_exists(file);
  if (!text) {
    return std::nullopt;
  }
  const Json json = parse_json(*text, file.string());
  Record record;
  try {
    record.status = json.at("status").get<std::string>();
    record.failing_streak = json.at("failing_streak").get<int>();
    record.started = json.value("started", false);
    record.startup_successes = json.value("startup_successes", 0);
    record.startup_failures = json.value("startup_failures", 0);
    for (const Json& check : json.at("log")) {
      record.log.push_back(
          {check.at("start_ns").get<std::int64_t>(), check.at("end_ns").get<std::int64_t>(),
           check.at("exit_code").get<int>(), check.at("output").get<std::string>()});
    }
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, file.string() + " is damaged: " + e.what());
  }
  return record;
}

void write_record(const std::filesystem::path& file, const Record& record) {
  Json json{{"status", record.status},
            {"failing_streak", record.failing_streak},
            {"started", record.started},
            {"startup_successes", record.startup_successes},
            {"startup_failures", record.startup_failures},
            {"log", Json::array()}};
  for (const Check& check : record.log) {
    json["log"].push_back({{"start_ns", check.start_ns},
                           {"end_ns", check.end_ns},
                           {"exit_code", check.exit_code},
                           {"output", check.output}});
  }
  write_file(file, to_text(json), 0600);
}

}  // namespace gantry::health
