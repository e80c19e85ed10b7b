// SPDX-License-Identifier: Apache-2.0
#include "cli/trace.h"

#include <unistd.h>

#include <exception>

#include "core/log/log.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::cli {

TraceFile::TraceFile(std::filesystem::path path)
    : path_(std::filesystem::absolute(path)), start_(std::chrono::steady_clock::now()) {
  write_file(path_, "[]\n");  // a path that cannot be written is told now, not at the end
}

TraceFile::~TraceFile() {
  try {
    write_file(path_, "[\n" + events_ + "\n]\n");
  } catch (const std::exception& error) {
    log::error(std::string("the trace is lost: ") + error.what());
  }
}

void TraceFile::mark(std::string_view what, bool begin) {
  const auto spent = std::chrono::steady_clock::now() - start_;
  const std::string event =
      to_text(Json{{"name", what},
                   {"ph", begin ? "B" : "E"},
                   {"ts", std::chrono::duration_cast<std::chrono::microseconds>(spent).count()},
                   {"pid", ::getpid()},
                   {"tid", ::gettid()}});
  const std::lock_guard<std::mutex> lock(mutex_);
  events_ += (events_.empty() ? "" : ",\n") + event;
}

}  // namespace gantry::cli
