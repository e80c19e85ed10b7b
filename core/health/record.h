// SPDX-License-Identifier: Apache-2.0
//
// How healthy a container is: what the last checks found, and what follows from them. The
// record is a file in the container's folder, begun anew by each start and kept after the
// end, and replaced by rename, so that any number of readers see it whole; writers hold the
// container's lock. Values otherwise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/model/container_config.h"

namespace gantry::health {

struct Check {
  std::int64_t start_ns = 0;  // since the epoch
  std::int64_t end_ns = 0;
  int exit_code = 0;   // -1: it took too long
  std::string output;  // the beginning
};

struct Record {
  std::string status = "starting";  // starting, healthy, unhealthy
  int failing_streak = 0;
  std::vector<Check> log;  // the last five, oldest first
  // Of the startup check.
  bool started = false;  // it has succeeded often enough
  int startup_successes = 0;
  int startup_failures = 0;
};

// As much output of a check as is kept.
inline constexpr std::size_t kOutputLimit = 500;

[[nodiscard]] bool has_check(const model::HealthConfig& config);
// The command line of a check. kInvalid when there is none.
[[nodiscard]] std::vector<std::string> argv_of(const std::vector<std::string>& test);
// Whether the startup check is the one whose turn it is.
[[nodiscard]] bool is_starting_up(const Record& record, const model::HealthConfig& config);
// Whether checks are due without anybody asking: an interval of 0 ("disable") leaves them to
// the user, and that of the startup check counts until it has succeeded.
[[nodiscard]] bool checks_by_itself(const Record& record, const model::HealthConfig& config);

// Adds a check to the record: success is healthy at once, failures count once the start
// period is over and are unhealthy when there are as many in a row as config.retries.
void apply(Record& record, const model::HealthConfig& config, std::int64_t container_started_ns,
           Check check);
// Adds a startup check; true when it has failed so often that the container shall be
// restarted.
[[nodiscard]] bool apply_startup(Record& record, const model::StartupCheck& config,
                                 Check check);

// nullopt when there is none.
[[nodiscard]] std::optional<Record> read_record(const std::filesystem::path& file);
void write_record(const std::filesystem::path& file, const Record& record);

}  // namespace gantry::health
