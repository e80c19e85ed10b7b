// SPDX-License-Identifier: Apache-2.0
//
// Runs CNI plug-ins (CNI specification, sections 2 and 4): the environment, the
// configuration on standard input, the answer or the error object on standard output.
// Immutable; any thread may call it.
#pragma once

#include <gantry/plugin/host.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::net_cni {

struct Invocation {
  std::string command;  // "ADD", "CHECK", "DEL", "VERSION"
  std::string container_id;
  std::string netns_path;  // DEL: empty when it is gone
  std::string interface_name;
  std::string args;  // CNI_ARGS
  // The network has no IPv6 subnet: portmap, which would otherwise look through the IPv6
  // rules as well, finds no ip6tables. That halves its time.
  bool v4_only = false;
};

class Invoker {
 public:
  // run_dir: for a link to iptables, and the marks of first runs.
  Invoker(plugin::Host host, std::vector<std::filesystem::path> plugin_dirs,
          const std::filesystem::path& run_dir);

  // Answers what the plug-in wrote. Its error object becomes an Error that names the
  // plug-in, its message and its details. ADD, CHECK and VERSION end when the user cancels;
  // DEL does not, since it is how a cancelled ADD is undone.
  [[nodiscard]] std::string run(const Invocation& invocation, const Json& config) const;

  // The versions a plug-in speaks, as it answers to VERSION.
  [[nodiscard]] std::vector<std::string> versions(const std::string& type) const;
  [[nodiscard]] bool installed(const std::string& type) const;

 private:
  [[nodiscard]] std::filesystem::path find(const std::string& type) const;
  [[nodiscard]] std::vector<std::string> environment(const Invocation& invocation,
                                                     const std::string& type) const;
  [[nodiscard]] std::string v4_tools() const;
  [[nodiscard]] plugin::SpawnResult spawn(const std::string& program,
                                          const Invocation& invocation,
                                          const Json& config) const;
  [[nodiscard]] plugin::SpawnResult add(const std::string& program,
                                        const Invocation& invocation, const Json& config) const;

  plugin::Host host_;
  std::vector<std::filesystem::path> plugin_dirs_;
  std::filesystem::path tools_dir_;
  std::filesystem::path marks_dir_;
};

}  // namespace gantry::net_cni
