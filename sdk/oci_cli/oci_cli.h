// SPDX-License-Identifier: Apache-2.0
//
// Drives any OCI command-line runtime (runc's command set) from a profile. The contract of
// each function is told in <gantry/abi/runtime.h>.
//
// Owned by the plug-in's instance. Every function is [thread-safe]: nothing but constants is
// kept between calls, and no probe of the runtime runs unless info() is asked.
//
// Configuration, all optional: path (the runtime's program), root (its state folder; the
// plug-in's volatile folder unless told). Cgroups are plain folders: the core names one in
// config.json, which systemd would not take.
#pragma once

#include <gantry/plugin/host.hpp>
#include <gantry/plugin/oci.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "sdk/oci_cli/profile.h"

namespace gantry::oci_cli {

class OciCli : public plugin::Oci {
 public:
  // profile and what it refers to outlive the object. kInvalid names a configuration key
  // that is unknown or has no text value.
  OciCli(const Profile& profile, plugin::Host host, std::string_view config_json);

  std::string info() override;
  plugin::Plan create_plan(const plugin::PlanRequest& request) override;
  plugin::Plan exec_plan(const plugin::PlanRequest& request) override;
  plugin::Plan restore_plan(const plugin::PlanRequest& request) override;
  void start(const std::string& id) override;
  std::string state(const std::string& id) override;
  void kill(const std::string& id, int signal, bool all) override;
  void remove(const std::string& id, bool force) override;
  void pause(const std::string& id) override;
  void resume(const std::string& id) override;
  void update(const std::string& id, const std::string& resources_json) override;
  void checkpoint(const plugin::Checkpoint& request) override;
  std::vector<std::int32_t> ps(const std::string& id) override;
  plugin::Classified classify_error(int exit_code, std::string_view output) override;

 private:
  // One run of the program: `prefix verb options... id last...`.
  struct Call {
    std::string_view verb;
    std::string id;
    std::vector<std::string> options = {};
    std::vector<std::string> last = {};
    std::string input = {};
  };
  struct Outcome {
    bool ok;
    Meaning meaning;      // of a failure
    std::string message;  // its words
    plugin::SpawnResult raw;
  };

  [[nodiscard]] std::string program() const;
  [[nodiscard]] std::vector<std::string> hidden() const;
  // The program and the options that stand before every verb.
  [[nodiscard]] std::vector<std::string> prefix(bool cgroup = true) const;
  [[nodiscard]] plugin::Plan plan() const;
  [[nodiscard]] Outcome run(const Call& call) const;
  // The same, where any failure is an Error.
  void require(const Call& call) const;
  [[nodiscard]] Error failure(const Call& call, const Outcome& outcome) const;

  const Profile& profile_;
  plugin::Host host_;
  std::string path_;
  std::string root_;
};

}  // namespace gantry::oci_cli
