// SPDX-License-Identifier: Apache-2.0
#include "cli/trace.h"

#include <unistd.h>

#include <exception>

#include "core/log/log.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::cli {
namespace {

// The format counts in microseconds; a fraction keeps what is nested nested.
double microseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace

TraceFile::TraceFile(const std::filesystem::path& path, const std::string& command)
    : path_(std::filesystem::absolute(path)), start_(std::chrono::steady_clock::now()) {
  write_file(path_, "[]\n");
  events_ = to_text(Json{{"name", "process_name"},
                         {"ph", "M"},
                         {"pid", ::getpid()},
                         {"tid", ::gettid()},
                         {"args", {{"name", command}}}});
  trace::listen(this);
}

TraceFile::~TraceFile() {
  trace::listen(nullptr);
  try {
    write_file(path_, "[\n" + events_ + "\n]\n");
  } catch (const std::exception& error) {
    log::error(std::string("the trace is lost: ") + error.what());
  }
}

void TraceFile::on_finished(const trace::Finished& span) {
  const std::string event = to_text(Json{{"name", span.name},
                                         {"cat", trace::name_of(span.kind)},
                                         {"ph", "X"},
                                         {"ts", microseconds(span.begin - start_)},
                                         {"dur", microseconds(span.end - span.begin)},
                                         {"pid", ::getpid()},
                                         {"tid", span.thread}});
  const std::lock_guard<std::mutex> lock(mutex_);
  events_ += ",\n" + event;
}

}  // namespace gantry::cli
