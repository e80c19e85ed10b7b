// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/healthcheck.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/exec_deadline.h"
#include "core/lifecycle/health_runner.h"
#include "core/lifecycle/invocation_error.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/exec.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/lifecycle/verbs/list.h"
#include "core/log/log.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::lifecycle {

using model::Status;

namespace {

std::string beginning_of(int fd) {
  std::string text(health::kOutputLimit, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

// Runs a check's command in the container; all that can go wrong with it is its outcome.
health::Check perform(engine::Engine& engine, const std::string& id,
                      const std::vector<std::string>& test, std::int64_t timeout_ns) {
  const UniqueFd output(::memfd_create("health check", MFD_CLOEXEC));
  if (!output) {
    throw errno_error(errno, "make room for the output of a health check");
  }
  ExecDeadline deadline{std::chrono::nanoseconds(timeout_ns)};
  ExecRequest request;
  request.argv = health::argv_of(test);
  request.started = [&](const ports::Started& pids) { deadline.start(pids); };
  ports::AttachRequest streams;
  streams.out = output.get();
  streams.err = output.get();
  streams.detach_keys = "";
  streams.on_signal = ExecDeadline::on_signal;
  health::Check check;
  check.start_ns = engine.clock.now_ns();
  try {
    check.exit_code = exec(engine, id, request, streams);
    check.output = beginning_of(output.get());
  } catch (const InvocationError& e) {
    check.exit_code = e.code() == Code::kNotFound ? 127 : 126;
    check.output = e.what();
  }
  check.end_ns = engine.clock.now_ns();
  if (deadline.passed()) {
    check.exit_code = -1;
    check.output = "healthcheck command exceeded timeout of " +
                   std::to_string(timeout_ns / 1'000'000'000) + "s";
  }
  return check;
}

void run_detached(const engine::Engine& engine, const std::vector<std::string>& words) {
  std::vector<std::string> argv = engine.settings.own_command;
  argv.insert(argv.end(), words.begin(), words.end());
  SpawnOptions options;
  options.fds = {{0, -1}, {1, -1}, {2, -1}};
  options.new_session = true;
  (void)spawn(argv, options).release();
}

// Stop and restart end the runner with the container, so another process does them.
void act(engine::Engine& engine, const model::ContainerConfig& config,
         const std::string& action) {
  if (action == "kill") {
    kill(engine, config.id, SIGKILL);
  } else if (action == "stop" || action == "restart") {
    run_detached(engine, {action, config.id});
  }
}

// Waits for the end of the monitor; false when the time is over first.
bool ended_within(int monitor_pid, std::chrono::nanoseconds time) {
  const UniqueFd monitor(static_cast<int>(::syscall(SYS_pidfd_open, monitor_pid, 0)));
  const UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  if (!monitor || !timer) {
    return true;
  }
  // A timer set to nothing never rings.
  const auto count = std::max<std::int64_t>(time.count(), 1);
  itimerspec when{};
  when.it_value.tv_sec = count / 1'000'000'000;
  when.it_value.tv_nsec = count % 1'000'000'000;
  (void)::timerfd_settime(timer.get(), 0, &when, nullptr);
  std::array items{pollfd{monitor.get(), POLLIN, 0}, pollfd{timer.get(), POLLIN, 0}};
  while (::poll(items.data(), items.size(), -1) < 0) {
    if (errno != EINTR) {
      throw errno_error(errno, "wait for the next health check");
    }
  }
  return items[0].revents != 0;
}

}  // namespace

bool check_health(engine::Engine& engine, const std::string& name_or_id) {
  const Inspected found = inspect(engine, name_or_id);
  const model::ContainerConfig& config = found.config;
  if (!health::has_check(config.health)) {
    throw Error(Code::kInvalid, "container " + config.id + " has no defined healthcheck");
  }
  if (found.state.status != Status::kRunning) {
    throw Error(Code::kInvalid, "container " + config.id + " is not running");
  }
  const std::filesystem::path file = engine.layout.health(config.id);
  const health::Record before = health::read_record(file).value_or(health::Record{});
  const bool starting_up = health::is_starting_up(before, config.health);
  const model::StartupCheck& startup = config.health.startup;
  health::Check check =
      starting_up ? perform(engine, config.id, startup.test, startup.timeout_ns)
                  : perform(engine, config.id, config.health.test, config.health.timeout_ns);
  const bool good = check.exit_code == 0;
  std::optional<LockedContainer> container = lock_if_exists(engine, config.id);
  if (!container || container->state.status != Status::kRunning ||
      container->state.started_ns != found.state.started_ns) {
    return good;  // it ended meanwhile: nobody's health any more
  }
  health::Record record = health::read_record(file).value_or(health::Record{});
  const bool by_hand = !health::checks_by_itself(record, config.health);
  std::string action = "none";
  if (starting_up) {
    action = health::apply_startup(record, startup, std::move(check)) ? "restart" : "none";
  } else {
    health::apply(record, config.health, container->state.started_ns, std::move(check));
    action = record.status == "unhealthy" ? config.health.on_failure : "none";
  }
  health::write_record(file, record);
  if (by_hand && health::checks_by_itself(record, config.health)) {
    start_health_runner(engine, config.id);  // it has started up
  }
  container->lock.release();
  announce(engine, config, "health_status", {{"health_status", record.status}});
  act(engine, config, action);
  return good;
}

void watch_health(engine::Engine& engine, const std::string& id) {
  // Waits for whoever starts the container to be done.
  std::optional<LockedContainer> container = lock_if_exists(engine, id);
  if (!container || container->state.monitor_pid <= 0) {
    return;
  }
  container->lock.release();
  const int monitor_pid = container->state.monitor_pid;
  const model::HealthConfig& config = container->config.health;
  const auto starting_up = [&] {
    return health::is_starting_up(health_of(engine, id).value_or(health::Record{}), config);
  };
  std::chrono::nanoseconds interval{};
  do {
    const bool before = starting_up();
    try {
      (void)check_health(engine, id);
    } catch (const Error& e) {
      if (e.code() == Code::kNotFound) {
        return;
      }
      log::debug("health check of container " + id + ": " + e.what());
    }
    const bool after = starting_up();
    // Once it has started up, the first regular check is due at once.
    interval = std::chrono::nanoseconds(after    ? config.startup.interval_ns
                                        : before ? 0
                                                 : config.interval_ns);
  } while (!ended_within(monitor_pid, interval));
}

std::optional<health::Record> health_of(const engine::Engine& engine, const std::string& id) {
  return health::read_record(engine.layout.health(id));
}

}  // namespace gantry::lifecycle
