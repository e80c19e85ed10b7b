// SPDX-License-Identifier: Apache-2.0
//
// The monitor port over conmon 2.1. Owned by the engine; [thread-safe]: it keeps nothing but
// the paths of its programs.
#pragma once

#include <functional>

#include "core/monitor/conmon_command.h"
#include "core/ports/monitor.h"

namespace gantry::monitor {

class ConmonMonitor : public ports::Monitor {
 public:
  // cancelled: whether a wait shall end with kCancelled; asked when a signal came. May be null.
  explicit ConmonMonitor(Programs programs, std::function<bool()> cancelled = nullptr)
      : programs_(std::move(programs)), cancelled_(std::move(cancelled)) {}

  void expect_launch() noexcept override;
  std::unique_ptr<ports::Launch> launch(const ports::LaunchRequest& request) override;
  std::unique_ptr<ports::Exec> exec(const ports::ExecRequest& request) override;
  std::unique_ptr<ports::Attachment> attach(const ports::AttachRequest& request) override;
  std::optional<ports::ExitRecord> read_exit(const ports::ExitSource& source) override;
  void clear_exit(const ports::ExitSource& source) override;
  bool is_alive(int monitor_pid, const std::string& id) override;
  std::optional<ports::Ended> wait_any(
      const std::vector<ports::ExitSource>& sources,
      std::optional<std::chrono::milliseconds> timeout) override;
  void resize(const std::string& socket_dir, unsigned rows, unsigned columns) override;
  void dismiss(int monitor_pid, const std::string& id) noexcept override;

 private:
  Programs programs_;
  std::function<bool()> cancelled_;
};

}  // namespace gantry::monitor
