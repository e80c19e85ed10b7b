// SPDX-License-Identifier: Apache-2.0
//
// The state of LevelDB's logs, looked at before LevelDB does. It takes two things too lightly
// or too hard: a damaged length near the end passes for the end, and silently hides all that
// stands behind it; and the zeros or rubbish that a power cut may leave where nothing was
// ever synced make it refuse the log for good.
// Format: doc/log_format.md of LevelDB.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gantry::state_leveldb {

enum class LogState {
  kWhole,   // ends with a whole record
  kTorn,    // something stands behind the last whole record, and nothing sound in it
  kBroken,  // sound records stand behind a bad place: damage, not a torn end
};

struct LogTail {
  LogState state = LogState::kWhole;
  std::size_t whole = 0;  // bytes up to the end of the last whole record
};
// Verifies checksums unless the log looks whole without: LevelDB verifies those itself.
[[nodiscard]] LogTail examine_log(std::string_view log);

// Whether any log in the folder is torn; kCorrupt names one that is broken.
[[nodiscard]] bool any_log_torn(const std::string& db_dir);

// Cuts all torn ends off. Answers what was cut, in words; empty if nothing.
[[nodiscard]] std::string cut_torn_logs(const std::string& db_dir);

}  // namespace gantry::state_leveldb
