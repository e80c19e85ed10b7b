// SPDX-License-Identifier: Apache-2.0
//
// Waits for containers to end, without polling: inotify on the folders of their exit files
// and a pidfd for each monitor, both set up before the first look. Owned by one thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/monitor.h"
#include "sdk/support/unique_fd.h"

namespace gantry::monitor {

// Whether the process lives and is a conmon of this container. A zombie does not live.
[[nodiscard]] bool monitor_is_alive(int pid, const std::string& id);
// All that live. Reads the whole of /proc.
[[nodiscard]] std::vector<int> find_monitors(const std::string& id);
// A pidfd of it; none when it is dead, or the pid is another's by now.
[[nodiscard]] UniqueFd open_monitor(int pid, const std::string& id);

class ExitWatch {
 public:
  explicit ExitWatch(std::vector<ports::ExitSource> sources);

  // The first that ends and was not answered before; nullopt when time is over, or none is
  // left. No timeout: for ever. kCancelled once cancelled, asked first and after each signal,
  // says so.
  std::optional<ports::Ended> next(std::optional<std::chrono::milliseconds> timeout,
                                   const std::function<bool()>& cancelled = nullptr);

  // Readable when next() has something to look at, for use in a poll with other things:
  // then next(0ms) may answer.
  [[nodiscard]] int fd() const noexcept { return epoll_.get(); }

 private:
  struct Item {
    ports::ExitSource source;
    UniqueFd monitor;
    bool watches_monitor = false;
    bool answered = false;
  };
  std::optional<ports::Ended> look();
  void forget(Item& item);
  void drain_inotify() const;

  std::vector<Item> items_;
  UniqueFd inotify_;
  UniqueFd epoll_;
};

}  // namespace gantry::monitor
