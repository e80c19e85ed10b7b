// SPDX-License-Identifier: Apache-2.0
//
// Seccomp profiles: from what a profile says about all machines and capabilities to the
// linux.seccomp object for one container. Pure; [thread-safe].
#pragma once

#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::spec {

// What the conditions of a profile ask about.
struct SeccompContext {
  std::vector<std::string> capabilities;  // the bounding set
  std::string machine;                    // uname -m
  unsigned kernel_major = 0;
  unsigned kernel_minor = 0;
};

// The default: allows what ordinary programs use, answers EPERM to what could reach the
// host, ENOSYS to what it does not know; a capability brings its system calls with it.
[[nodiscard]] Json default_seccomp(const SeccompContext& context);

// A profile file of the common form (archMap, includes, excludes) or of the OCI form.
// kInvalid names what and the field at fault.
[[nodiscard]] Json resolve_seccomp(const Json& profile, const SeccompContext& context,
                                   const std::string& what);

// The libseccomp names of the machine's architecture and of those it also runs; empty when
// unknown.
[[nodiscard]] std::vector<std::string> seccomp_architectures(const std::string& machine);
// As profiles call it: "amd64" for x86_64.
[[nodiscard]] std::string profile_architecture(const std::string& machine);

}  // namespace gantry::spec
