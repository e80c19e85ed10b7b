// SPDX-License-Identifier: Apache-2.0
//
// Port: an OCI runtime. Implemented over the ABI by core/host and by FakeRuntime in tests;
// the contract is that of <gantry/abi/runtime.h>, failures come as gantry::Error.
// Owned by the engine. Any thread: calls that are not tagged [thread-safe] wait for
// each other.
#pragma once

#include <gantry/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::ports {

// What the monitor runs: args... (create|exec|restore) opts... ID.
struct RuntimePlan {
  std::vector<std::string> args;  // args[0] is the program
  std::vector<std::string> opts;
  std::vector<std::string> env;
  std::vector<std::string> hide;  // mount points kept out of the program's view
};

struct RuntimeCapabilities {
  bool pause = false;
  bool update = false;
  bool checkpoint = false;
  bool ps = false;
  bool seccomp_bpf = false;  // takes run.oci.seccomp_bpf_data
  bool no_cgroup = false;    // can create without a cgroup
};

struct CreateRequest {
  std::string id;
  std::string bundle;
  bool cgroup = true;  // of its own
};

struct CheckpointRequest {
  std::string id;
  std::string image_path;
  std::string work_path;
  std::string parent_path;
  bool leave_running = false;
  bool tcp_established = false;
  bool file_locks = false;
  bool pre_dump = false;
};

struct RestoreRequest {
  std::string id;
  std::string bundle;
  std::string image_path;
  std::string work_path;
  bool tcp_established = false;
  bool file_locks = false;
};

enum class KillScope { kFirst, kAll };

class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual RuntimeCapabilities capabilities() = 0;
  // Name, version, path, features.
  virtual Json info() = 0;
  virtual RuntimePlan create_plan(const CreateRequest& request) = 0;  // [thread-safe]
  virtual RuntimePlan exec_plan(const std::string& id) = 0;           // [thread-safe]
  virtual RuntimePlan restore_plan(const RestoreRequest& request) = 0;
  virtual void start(const std::string& id) = 0;                              // [thread-safe]
  virtual Json state(const std::string& id) = 0;                              // [thread-safe]
  virtual void kill(const std::string& id, int signal, KillScope scope) = 0;  // [thread-safe]
  // Gone counts as done. With force a running container is killed first.
  virtual void remove(const std::string& id, bool force) = 0;  // [thread-safe]
  virtual void pause(const std::string& id) = 0;
  virtual void resume(const std::string& id) = 0;
  virtual void update(const std::string& id, const Json& resources) = 0;
  virtual void checkpoint(const CheckpointRequest& request) = 0;
  virtual std::vector<int> ps(const std::string& id) = 0;
  // A failed command of a plan as an Error whose message is the runtime's words.
  virtual Error classify_error(int exit_code, std::string_view output) = 0;  // [thread-safe]
};

}  // namespace gantry::ports
