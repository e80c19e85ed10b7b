// SPDX-License-Identifier: Apache-2.0
//
// The timeline of one command in Chrome's trace format, for --trace: listens as long as it
// lives, and then writes the file. [thread-safe]
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "sdk/support/trace.h"

namespace gantry::cli {

class TraceFile : public trace::Listener {
 public:
  // A file that cannot be written is told now, not at the end. command names the process.
  TraceFile(const std::filesystem::path& path, const std::string& command);
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile() override;

  void on_finished(const trace::Finished& span) override;

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  std::string events_;  // guarded by mutex_
};

}  // namespace gantry::cli
