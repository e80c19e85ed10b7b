// SPDX-License-Identifier: Apache-2.0
//
// A timeline of one command in Chrome's trace format, for --trace. Any thread; the file is
// written when this is destroyed.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace gantry::cli {

class TraceFile {
 public:
  explicit TraceFile(std::filesystem::path path);
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile();

  // The beginning or the end of something, on the calling thread.
  void mark(std::string_view what, bool begin);

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  std::string events_;  // guarded by mutex_
};

}  // namespace gantry::cli
