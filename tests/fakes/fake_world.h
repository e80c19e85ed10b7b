// SPDX-License-Identifier: Apache-2.0
//
// A world of containers in memory, seen through FakeRuntime and FakeMonitor. It outlives both,
// so that a test may throw them away as a crash would and look at what is left. [thread-safe]
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/monitor.h"

namespace gantry::fakes {

enum class FakeStatus { kCreating, kCreated, kRunning, kPaused, kStopped };

struct FakeContainer {
  FakeStatus status = FakeStatus::kCreating;
  int pid = 0;
  int monitor_pid = 0;
  std::set<int> exec_monitors;  // of exec sessions
  bool monitor_alive = false;
  std::string bundle;
  std::vector<std::string> exit_command;
  std::vector<int> signals;  // all that it was sent
};

// How a container behaves; set before it is launched, kept by id.
struct FakeBehaviour {
  std::optional<int> exits_at_start = {};        // ends at once with this code
  std::set<int> ignored_signals = {};            // never SIGKILL
  std::optional<std::string> create_fails = {};  // with these words of the runtime
  int create_exit_code = 1;
  int exec_exit_code = 0;
  std::string output = {};  // what an attached client reads
  ports::AttachEnd attach_end = ports::AttachEnd::kEnded;
};

class FakeWorld {
 public:
  // Called with each operation of a port ("runtime.start", "monitor.launch", …) before it has
  // any effect and after it had its whole effect; what they throw, the caller gets.
  std::function<void(std::string_view operation)> before;
  std::function<void(std::string_view operation)> after;
  // Called without locks when the monitor would run a container's exit command.
  std::function<void(const std::vector<std::string>& argv)> on_exit_command;

  // What happens by itself.
  void exit(const std::string& id, int code, bool oom = false);
  void kill_monitor(const std::string& id);
  void reboot();  // all processes, runtime state and exit files are gone

  [[nodiscard]] std::optional<FakeContainer> find(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> ids() const;
  // Whether any process, runtime state or monitor of it is left.
  [[nodiscard]] bool has_traces(const std::string& id) const;
  void set_behaviour(const std::string& id, FakeBehaviour behaviour);
  [[nodiscard]] FakeBehaviour behaviour(const std::string& id) const;

  // For the fakes. act runs f, under the lock, between the two hooks.
  template <typename F>
  auto act(std::string_view operation, F&& f) {
    if (before) {
      before(operation);
    }
    const auto done = [&] {
      if (after) {
        after(operation);
      }
    };
    std::unique_lock lock(mutex_);
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      lock.unlock();
      done();
    } else {
      auto result = f();
      lock.unlock();
      done();
      return result;
    }
  }
  // These four only inside act.
  [[nodiscard]] FakeContainer& at(const std::string& id);  // kNotFound
  [[nodiscard]] std::map<std::string, FakeContainer>& containers() { return containers_; }
  [[nodiscard]] std::map<std::string, ports::ExitRecord>& exits() { return exits_; }
  // Its first process ends: status, exit file and, when it had a monitor, true: run_exit is
  // due outside the lock.
  bool end(const std::string& id, int code, bool oom);

  void run_exit(const std::vector<std::string>& command);
  [[nodiscard]] int next_pid() { return ++last_pid_; }
  std::optional<ports::Ended> wait_any(const std::vector<ports::ExitSource>& sources,
                                       std::optional<std::chrono::milliseconds> timeout);
  void wait_for_end(const std::string& id);

 private:
  std::optional<ports::Ended> look(const std::vector<ports::ExitSource>& sources) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, FakeContainer> containers_;
  std::map<std::string, ports::ExitRecord> exits_;  // the folder of exit files
  std::map<std::string, FakeBehaviour> behaviours_;
  int last_pid_ = 1000;
  std::int64_t clock_ns_ = 1'700'000'000'000'000'000;
};

}  // namespace gantry::fakes
