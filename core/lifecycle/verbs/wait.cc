// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/wait.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/lifecycle/ending.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/healthcheck.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/trace.h"

namespace gantry::lifecycle {

namespace {

// Wakes when anything happens that could change a container's state: a verb tells the event
// log after it wrote, conmon writes an exit file, a monitor dies.
class Changes {
 public:
  explicit Changes(const engine::Engine& engine)
      : watch_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    make_directories(engine.layout.exits(), 0700);
    watch(engine.layout.events().parent_path(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
    watch(engine.layout.exits(), IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE);
  }

  void wait(int monitor_pid) {
    const trace::Span span(trace::Kind::kWait, "for news of a container");
    const UniqueFd monitor(
        monitor_pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, monitor_pid, 0)) : -1);
    std::array items{pollfd{watch_.get(), POLLIN, 0}, pollfd{monitor.get(), POLLIN, 0}};
    if (::poll(items.data(), monitor ? 2 : 1, -1) < 0 && errno == EINTR) {
      throw Error(Code::kCancelled, "interrupted while waiting");
    }
    alignas(inotify_event) std::array<char, 4096> events{};
    while (::read(watch_.get(), events.data(), events.size()) > 0) {
    }
  }

 private:
  void watch(const std::filesystem::path& folder, std::uint32_t mask) {
    if (!watch_ || ::inotify_add_watch(watch_.get(), folder.c_str(), mask) < 0) {
      throw errno_error(errno, "watch " + folder.string());
    }
  }
  UniqueFd watch_;
};

void require_known(const std::vector<std::string>& conditions) {
  static constexpr std::array<std::string_view, 11> known{
      "configured", "created", "running", "paused",    "stopped",    "exited",
      "removing",   "removed", "healthy", "unhealthy", "initialized"};
  for (const std::string& condition : conditions) {
    if (std::find(known.begin(), known.end(), condition) == known.end()) {
      throw Error(Code::kInvalid, "unknown container state: " + condition +
                                      ": choose one of configured, created, running, paused, "
                                      "stopped, exited, removing, removed, healthy, unhealthy");
    }
  }
}

bool asks(const std::vector<std::string>& conditions, std::string_view word) {
  return std::find(conditions.begin(), conditions.end(), word) != conditions.end();
}

bool has_ended(const model::ContainerState& state) {
  return state.status == model::Status::kStopped || state.status == model::Status::kExited ||
         (state.status == model::Status::kRemoving && state.finished_ns != 0);
}

// The record outlives the run that it is of: then it only tells what went wrong in it.
bool is_health(const health::Record& health, const model::ContainerState& state) {
  return state.status == model::Status::kRunning ||
         (has_ended(state) && health.status == "unhealthy");
}

// The answer, once there is one.
std::optional<int> check(const std::vector<std::string>& conditions,
                         const model::ContainerState& state) {
  const bool ended = has_ended(state);
  if (conditions.empty()) {
    return ended ? std::optional(state.exit_code) : std::nullopt;
  }
  // An ended container is cleaned up by whoever notices: stopped and exited are one wish.
  if (ended && (asks(conditions, "stopped") || asks(conditions, "exited"))) {
    return state.exit_code;
  }
  if (asks(conditions, model::name_of(state.status)) ||
      (state.status == model::Status::kCreated && asks(conditions, "initialized"))) {
    return -1;
  }
  return std::nullopt;
}

}  // namespace

int wait(engine::Engine& engine, const std::string& name_or_id, const WaitOptions& options) {
  require_known(options.conditions);
  const std::string id = engine.store.read(
      [&](const store::Reader& reader) { return reader.resolve_container(name_or_id); });
  Changes changes(engine);
  std::int64_t started_ns = 0;
  for (;;) {
    const std::optional<model::ContainerState> recorded =
        engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
    if (!recorded) {
      // Gone is the furthest that a container can get.
      return logged_exit_code(engine, id, started_ns);
    }
    const model::ContainerState now = observe(engine, id, *recorded);
    started_ns = now.started_ns;
    if (const std::optional<int> answer = check(options.conditions, now)) {
      return *answer;
    }
    if (const std::optional<health::Record> health = health_of(engine, id);
        health && is_health(*health, now) && asks(options.conditions, health->status)) {
      return -1;
    }
    changes.wait(now.monitor_pid);
  }
}

}  // namespace gantry::lifecycle
