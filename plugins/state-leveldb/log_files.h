// SPDX-License-Identifier: Apache-2.0
//
// LevelDB's logs, by the names it gives them: 000042.log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gantry::state_leveldb {

struct LogFile {
  std::uint64_t number = 0;  // 0: there is none
  std::uint64_t size = 0;
  std::string path;
};

[[nodiscard]] std::vector<LogFile> all_logs(const std::string& db_dir);
// The one with the highest number: the one that is written to.
[[nodiscard]] LogFile newest_log(const std::string& db_dir);
// Shortens it to size and syncs it.
void cut_log(const std::string& path, std::uint64_t size);

}  // namespace gantry::state_leveldb
