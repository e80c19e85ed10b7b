// SPDX-License-Identifier: Apache-2.0
//
// The monitor port over a FakeWorld. [thread-safe]; the world outlives it.
#pragma once

#include <string>
#include <vector>

#include "core/ports/monitor.h"
#include "tests/fakes/fake_world.h"

namespace gantry::fakes {

class FakeMonitor : public ports::Monitor {
 public:
  explicit FakeMonitor(FakeWorld& world) : world_(world) {}

  // The container is kCreating until finish; thrown away unfinished it stays so, as what a
  // killed create leaves in a runtime.
  std::unique_ptr<ports::Launch> launch(const ports::LaunchRequest& request) override;
  std::unique_ptr<ports::Exec> exec(const ports::ExecRequest& request) override;
  // Writes the behaviour's output and waits for the end, or detaches at once.
  std::unique_ptr<ports::Attachment> attach(const ports::AttachRequest& request) override;
  std::optional<ports::ExitRecord> read_exit(const ports::ExitSource& source) override;
  void clear_exit(const ports::ExitSource& source) override;
  bool is_alive(int monitor_pid, const std::string& id) override;
  std::optional<ports::Ended> wait_any(
      const std::vector<ports::ExitSource>& sources,
      std::optional<std::chrono::milliseconds> timeout) override;
  void resize(const std::string& socket_dir, unsigned rows, unsigned columns) override;
  void dismiss(int monitor_pid, const std::string& id) noexcept override;

  // The last launch that was asked for.
  [[nodiscard]] const ports::LaunchRequest& last_launch() const { return last_launch_; }

 private:
  FakeWorld& world_;
  ports::LaunchRequest last_launch_;
};

}  // namespace gantry::fakes
