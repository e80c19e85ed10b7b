// SPDX-License-Identifier: Apache-2.0
#include "core/spec/spec.h"

#include "core/spec/contributors.h"

namespace gantry::spec {

Json build(const SpecInput& input) {
  using Contributor = void (*)(const SpecInput&, Json&);
  constexpr Contributor kContributors[] = {
      add_root,       add_process,     add_capabilities, add_rlimits, add_labels,
      add_namespaces, add_mounts,      add_paths,        add_devices, add_resources,
      add_sysctl,     add_annotations, add_seccomp,
  };
  Json spec = Json::object();
  for (const Contributor add : kContributors) {
    add(input, spec);
  }
  return spec;
}

void require_valid(const SpecInput& input) {
  Json spec = Json::object();
  add_capabilities(input, spec);
  add_rlimits(input, spec);
  add_labels(input, spec);
  add_devices(input, spec);
  add_resources(input, spec);
  add_sysctl(input, spec);
  if (!input.config.security.seccomp_profile.empty()) {
    add_seccomp(input, spec);
  }
}

void add_root(const SpecInput& input, Json& spec) {
  spec["ociVersion"] = "1.0.2";
  spec["root"] = {{"path", input.rootfs.string()},
                  {"readonly", input.config.security.read_only}};
  if (!input.hooks.empty()) {
    spec["hooks"] = input.hooks;
  }
}

void add_annotations(const SpecInput& input, Json& spec) {
  Json& annotations = spec["annotations"];
  annotations = Json::object();
  annotations["io.container.manager"] = "gantry";
  annotations["org.opencontainers.image.stopSignal"] = input.config.process.stop_signal;
  for (const auto* given : {&input.config.annotations, &input.annotations}) {
    for (const auto& [name, value] : *given) {
      annotations[name] = value;
    }
  }
}

void add_labels(const SpecInput& input, Json& spec) {
  const std::string& profile = input.config.security.apparmor_profile;
  if (!profile.empty() && profile != "unconfined") {
    if (!input.host.apparmor) {
      throw Error(Code::kInvalid,
                  "apparmor profile \"" + profile +
                      "\" specified, but Apparmor is not enabled on this system");
    }
    spec["process"]["apparmorProfile"] =
        input.apparmor_profile.empty() ? profile : input.apparmor_profile;
  }
  if (!input.process_label.empty()) {
    spec["process"]["selinuxLabel"] = input.process_label;
  }
  if (!input.mount_label.empty()) {
    spec["linux"]["mountLabel"] = input.mount_label;
  }
}

}  // namespace gantry::spec
