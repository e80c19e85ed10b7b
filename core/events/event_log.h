// SPDX-License-Identifier: Apache-2.0
//
// The file of events, one JSON line each, oldest first. Any number of processes append and
// read at once: a line is one write at the end of the file, under a shared lock that keeps
// rotation away. When the file is full it becomes PATH.1, whose predecessor is dropped.
// [thread-safe]
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>

#include "core/events/event.h"

namespace gantry::events {

struct ReadOptions {
  std::int64_t since_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_ns = std::numeric_limits<std::int64_t>::max();
  bool follow = false;  // wait for more, until until_ns
  EventFilter filter = {};
};

class EventLog {
 public:
  static constexpr std::int64_t kDefaultSize = 1 << 20;

  explicit EventLog(std::filesystem::path path, std::int64_t max_size = kDefaultSize)
      : path_(std::move(path)), max_size_(max_size) {}

  // Makes the folder if it is missing. Failures: kNoSpace, kPermission, kIo.
  void append(Event event) const;

  // Calls on_event for each event chosen, in the order of the file, until it answers false.
  // Lines that are no events (torn by a full disk) are passed over.
  void read(const ReadOptions& options,
            const std::function<bool(const Event&)>& on_event) const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void rotate(int fd) const;

  std::filesystem::path path_;
  std::int64_t max_size_;
};

}  // namespace gantry::events
