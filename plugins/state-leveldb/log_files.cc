// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/log_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::state_leveldb {

namespace fs = std::filesystem;

std::vector<LogFile> all_logs(const std::string& db_dir) {
  std::vector<LogFile> logs;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(db_dir, failure)) {
    const std::string name = entry.path().filename();
    std::uint64_t number = 0;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, number);
    if (error == std::errc() && std::string_view(rest, end) == ".log") {
      logs.push_back({number, entry.file_size(), entry.path()});
    }
  }
  if (failure) {
    throw errno_error(failure.value(), "read folder " + db_dir);
  }
  return logs;
}

LogFile newest_log(const std::string& db_dir) {
  LogFile newest;
  for (LogFile& log : all_logs(db_dir)) {
    if (log.number > newest.number) {
      newest = std::move(log);
    }
  }
  return newest;
}

void cut_log(const std::string& path, std::uint64_t size) {
  const UniqueFd fd = open_file(path, O_WRONLY);
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
    throw errno_error(errno, "cut back " + path);
  }
  if (::fsync(fd.get()) != 0) {
    throw errno_error(errno, "sync " + path);
  }
}

}  // namespace gantry::state_leveldb
