// SPDX-License-Identifier: Apache-2.0
//
// Port: the monitor, the small process that stays with a container: it runs the runtime's
// create, holds the container's terminal or pipes, writes its log and its exit file.
// Implemented by core/monitor (conmon) and by FakeMonitor in tests. Owned by the engine;
// [thread-safe] unless said otherwise. Failures come as gantry::Error.
#pragma once

#include <gantry/error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/container_config.h"
#include "core/ports/runtime.h"
#include "sdk/support/unique_fd.h"

namespace gantry::ports {

// The runtime would not create or exec. Runtime::classify_error makes of exit_code and
// output the Error that a person should see.
class RuntimeFailed : public Error {
 public:
  RuntimeFailed(const std::string& message, int exit_code, std::string output)
      : Error(Code::kInternal, message), exit_code_(exit_code), output_(std::move(output)) {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  int exit_code_;
  std::string output_;
};

struct LaunchRequest {
  std::string id;
  std::string name;
  std::string bundle;        // has config.json; gets the attach socket and fifos
  RuntimePlan plan;          // create_plan, or restore_plan together with restore_path
  std::string restore_path;  // the checkpoint's images; empty: create
  std::string exit_dir;      // the exit file is exit_dir/id
  std::string persist_dir;   // gets copies named "exit" and "oom"; empty: none
  model::LogConfig log;      // path is filled in, but for none and passthrough
  bool terminal = false;
  bool stdin_open = false;
  std::vector<std::string> exit_command;  // run when the container has ended
  unsigned exit_delay_s = 0;
  std::string pid_file;          // empty: bundle/pidfile
  std::string monitor_pid_file;  // empty: none
  unsigned preserve_fds = 0;     // 3, 4, … of this process go to the container
};

struct ExecRequest {
  std::string container_id;
  std::string session_dir;   // empty folder of this session; as a bundle for its socket
  std::string process_file;  // the OCI process document
  RuntimePlan plan;          // exec_plan
  bool attach = false;       // waits for start() before the command runs
  bool terminal = false;
  bool stdin_open = false;
  std::vector<std::string> exit_command;
  unsigned exit_delay_s = 0;
  unsigned preserve_fds = 0;
};

struct Started {
  int pid = 0;  // of the container's first process, or of the exec's
  int monitor_pid = 0;
};

// A create under way. Destroying it unfinished kills the monitor and with it the runtime's
// create; what that left in the runtime is the caller's to delete.
class Launch {
 public:
  virtual ~Launch() = default;
  // Waits until the container is created. RuntimeFailed; kTimeout.
  virtual Started finish(std::chrono::milliseconds timeout) = 0;
};

// An exec under way; destroying it before start() has returned kills it, later it lives on.
class Exec {
 public:
  virtual ~Exec() = default;
  // Lets the command run (attach first, to lose no output) and answers when it does.
  // RuntimeFailed; kTimeout.
  virtual Started start(std::chrono::milliseconds timeout) = 0;
  // Waits to the end of the command: its exit code. kIo when the monitor was lost.
  virtual int wait() = 0;
};

struct ExitRecord {
  int exit_code = 0;
  std::int64_t finished_ns = 0;  // since the epoch
  bool oom_killed = false;
};

// Where a container's end shows.
struct ExitSource {
  std::string id;
  std::string exit_dir;
  std::string bundle = {};  // has the OOM mark
  int monitor_pid = 0;      // 0: not known, only the exit file counts
};

struct Ended {
  std::size_t index = 0;             // into the sources given
  std::optional<ExitRecord> record;  // nullopt: the monitor died without an exit file
};

enum class AttachEnd { kEnded, kDetached, kOutputClosed };

struct AttachRequest {
  std::string socket_dir = {};  // the bundle, or the exec's session_dir
  int in = -1;                  // -1: not connected
  int out = -1;
  int err = -1;
  bool terminal = false;  // the container has one: raw mode where `in` is a terminal too
  std::string detach_keys = "ctrl-p,ctrl-q";  // empty: cannot be detached
  // Gets the signals sent to this process while attached; null: they act as usual.
  std::function<void(int)> on_signal = {};
};

// A client of a container's stdio. One thread at a time.
class Attachment {
 public:
  virtual ~Attachment() = default;
  // Carries bytes until the container closes its side or the user detaches. The terminal is
  // as before when it returns, however it returns.
  virtual AttachEnd run() = 0;
};

class Monitor {
 public:
  virtual ~Monitor() = default;

  // Says that a launch or an exec follows soon. May begin what takes time and needs no
  // container; returns at once.
  virtual void expect_launch() noexcept {}
  // Starts the monitor, which at once runs the runtime's create, and returns without waiting.
  // Exit files of an earlier run are removed first. kNotFound: no monitor on this host.
  virtual std::unique_ptr<Launch> launch(const LaunchRequest& request) = 0;
  // With attach it returns when the session can be attached to.
  virtual std::unique_ptr<Exec> exec(const ExecRequest& request) = 0;
  // Connects; call before Runtime::start or Exec::start and nothing is lost. kNotFound: no
  // such socket, or nobody behind it.
  virtual std::unique_ptr<Attachment> attach(const AttachRequest& request) = 0;

  // The exit file; nullopt while there is none.
  virtual std::optional<ExitRecord> read_exit(const ExitSource& source) = 0;
  // Removes exit file and OOM mark; gone counts as done.
  virtual void clear_exit(const ExitSource& source) = 0;
  // Whether that monitor lives and is this container's (pids are used again).
  virtual bool is_alive(int monitor_pid, const std::string& id) = 0;
  // Waits for the first to end; nullopt when the time is over first. No timeout: for ever.
  virtual std::optional<Ended> wait_any(const std::vector<ExitSource>& sources,
                                        std::optional<std::chrono::milliseconds> timeout) = 0;
  // The size of the container's (or exec's) terminal.
  virtual void resize(const std::string& socket_dir, unsigned rows, unsigned columns) = 0;
  // Ends it, without its exit command: undo of launch. 0: whoever launched it died before it
  // could write the pid down, so it is looked for. Gone counts as done; never throws.
  virtual void dismiss(int monitor_pid, const std::string& id) noexcept = 0;
};

}  // namespace gantry::ports
