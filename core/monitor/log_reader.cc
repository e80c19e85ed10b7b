// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/log_reader.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <filesystem>

#include "core/monitor/exit_watch.h"
#include "core/monitor/log_file.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/folder_watch.h"

namespace gantry::monitor {

namespace {

using std::chrono::milliseconds;

struct Source {
  LogFile file;
  bool runs;
  bool done = false;
  std::optional<LogRecord> ahead = {};
  std::int64_t last_ns = 0;  // for lines that tell no time
};

int milliseconds_until(std::int64_t until_ns) {
  if (until_ns == std::numeric_limits<std::int64_t>::max()) {
    return -1;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto left =
      std::chrono::ceil<milliseconds>(std::chrono::nanoseconds(until_ns) - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

class Logs {
 public:
  Logs(const std::vector<LogSource>& sources, const LogOptions& options,
       const OnRecord& on_record)
      : options_(options), on_record_(on_record), exits_(prepare(sources)) {}

  void read() {
    for (;;) {
      // Ends first: what was written before an end is then read after it.
      while (const std::optional<ports::Ended> ended = exits_.next(milliseconds(0))) {
        sources_[running_[ended->index]].runs = false;
      }
      if (!print() || std::all_of(sources_.begin(), sources_.end(),
                                  [](const Source& source) { return source.done; })) {
        return;
      }
      wait();
    }
  }

 private:
  // The watches come before the first look.
  std::vector<ports::ExitSource> prepare(const std::vector<LogSource>& sources) {
    std::vector<ports::ExitSource> exits;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const bool follows = options_.follow && sources[i].running;
      if (follows) {
        watch_.add(std::filesystem::path(sources[i].path).parent_path());
        exits.push_back(*sources[i].running);
        running_.push_back(i);
      }
      sources_.push_back({.file = LogFile(sources[i].path, options_.tail), .runs = follows});
    }
    return exits;
  }

  void wait() {
    std::array items{pollfd{watch_.fd(), POLLIN, 0}, pollfd{exits_.fd(), POLLIN, 0}};
    const int n = ::poll(items.data(), items.size(), milliseconds_until(options_.until_ns));
    if (n < 0 && errno != EINTR) {
      throw errno_error(errno, "wait for more of a log");
    }
    // Before the next look, so that nothing that comes after it is taken for seen.
    watch_.drain();
    if (n == 0) {
      for (Source& source : sources_) {
        source.runs = false;
      }
    }
  }

  void look_ahead(Source& source) {
    while (!source.ahead && !source.done) {
      source.ahead = source.file.next();
      if (!source.ahead && !source.runs) {
        source.ahead = source.file.unfinished();
        source.done = !source.ahead;
      }
      if (!source.ahead) {
        return;
      }
      if (source.ahead->time_ns == 0) {
        source.ahead->time_ns = source.last_ns;
      }
      source.last_ns = source.ahead->time_ns;
      if (source.ahead->time_ns > options_.until_ns) {
        source.done = true;
        source.ahead.reset();
      } else if (source.ahead->time_ns < options_.since_ns) {
        source.ahead.reset();
      }
    }
  }

  // All there is now, oldest first; false when enough was read.
  bool print() {
    for (;;) {
      std::size_t oldest = sources_.size();
      for (std::size_t i = 0; i < sources_.size(); ++i) {
        look_ahead(sources_[i]);
        if (sources_[i].ahead &&
            (oldest == sources_.size() ||
             sources_[i].ahead->time_ns < sources_[oldest].ahead->time_ns)) {
          oldest = i;
        }
      }
      if (oldest == sources_.size()) {
        return true;
      }
      const std::optional<LogRecord> record =
          std::exchange(sources_[oldest].ahead, std::nullopt);
      if (!on_record_(oldest, *record)) {
        return false;
      }
    }
  }

  const LogOptions& options_;
  const OnRecord& on_record_;
  FolderWatch watch_;
  std::vector<Source> sources_;
  std::vector<std::size_t> running_;  // the source behind each exit
  ExitWatch exits_;
};

}  // namespace

void read_logs(const std::vector<LogSource>& sources, const LogOptions& options,
               const OnRecord& on_record) {
  Logs(sources, options, on_record).read();
}

}  // namespace gantry::monitor
