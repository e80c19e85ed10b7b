// SPDX-License-Identifier: Apache-2.0
//
// The engine: references to the ports and services that verbs work with. Built once by
// open_engine for the command line, or from fakes by a test. It owns nothing and decides
// nothing; verbs are free functions over it. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/events/event_log.h"
#include "core/layout/layout.h"
#include "core/locks/lock.h"
#include "core/ports/machine.h"
#include "core/ports/monitor.h"
#include "core/ports/network.h"
#include "core/ports/runtime.h"
#include "core/ports/storage.h"
#include "core/store/store.h"

namespace gantry::engine {

// The plug-ins by name, loaded when first asked for. An empty name is the configured one.
class Backends {
 public:
  virtual ~Backends() = default;
  virtual ports::Runtime& runtime(const std::string& name_or_path) = 0;
  virtual ports::Storage& storage(const std::string& name) = 0;
  virtual ports::Network& network(const std::string& name) = 0;
  // What new containers get, for the record.
  virtual model::Backends chosen() = 0;
};

struct Settings {
  std::vector<std::string> exit_command;  // argv of the hidden verb "container cleanup"
  std::vector<std::string> own_command;   // this program with the flags of this engine
  std::string hide_program;               // gantry-hide
  std::string init_program;               // of --init; empty: looked for
  std::string default_network = "gantry";
  std::string signature_policy;  // skopeo's; empty: its own search
  std::map<std::string, std::string> registries;
  std::vector<std::filesystem::path> hooks_dirs;  // of OCI hooks, the later one wins
  unsigned at_once = 1;                           // containers that one command works on
  std::string selinux_contexts;                   // empty: the loaded policy's
  std::string default_userns = "host";            // of containers that ask for none
  std::string auto_userns_user = "containers";    // whose ids --userns=auto hands out
  std::string subuid_file = "/etc/subuid";
  std::string subgid_file = "/etc/subgid";
};

struct Engine {
  const layout::Layout& layout;
  const Settings& settings;
  store::Store& store;
  Backends& backends;
  ports::Monitor& monitor;
  ports::Clock& clock;
  ports::Mounter& mounter;
  ports::Processes& processes;
  const locks::LockTable& locks;
  events::EventLog& events;
  // Whether the user asked to stop; false while something must come to its end (Uncancelled).
  const std::function<bool()>& cancellation;
};

}  // namespace gantry::engine
