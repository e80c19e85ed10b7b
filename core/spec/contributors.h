// SPDX-License-Identifier: Apache-2.0
//
// The contributors that build folds over: each adds its section to the document, from the
// input and from what stands in the document already. Only spec.cc and tests call them.
// Failures as build tells.
#pragma once

#include <string>
#include <vector>

#include "core/spec/spec.h"

namespace gantry::spec {

void add_root(const SpecInput& input, Json& spec);          // root, ociVersion, hooks
void add_process(const SpecInput& input, Json& spec);       // args, env, user, cwd, terminal
void add_capabilities(const SpecInput& input, Json& spec);  // process.capabilities
void add_rlimits(const SpecInput& input, Json& spec);       // process.rlimits
void add_labels(const SpecInput& input, Json& spec);        // SELinux, AppArmor
void add_namespaces(const SpecInput& input, Json& spec);    // with id mappings and hostname
void add_mounts(const SpecInput& input, Json& spec);
void add_paths(const SpecInput& input, Json& spec);      // masked and read-only
void add_devices(const SpecInput& input, Json& spec);    // nodes and their rules
void add_resources(const SpecInput& input, Json& spec);  // cgroup limits
void add_sysctl(const SpecInput& input, Json& spec);
void add_annotations(const SpecInput& input, Json& spec);
void add_seccomp(const SpecInput& input, Json& spec);  // REQUIRES: capabilities added

// What several sections must agree on.
[[nodiscard]] bool has_new_namespace(const SpecInput& input, const std::string& type);
[[nodiscard]] inline bool has_user_namespace(const SpecInput& input) {
  return !input.mapping.uids.empty() || input.namespaces.user.has_value();
}
inline void note(const SpecInput& input, const std::string& text) {
  if (input.note) {
    input.note(text);
  }
}

}  // namespace gantry::spec
