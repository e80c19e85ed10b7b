// SPDX-License-Identifier: Apache-2.0
//
// Value: what sets one OCI command-line runtime apart from another. A runtime plug-in is a
// profile and an entry; all of it is constant data.
#pragma once

#include <span>
#include <string_view>

namespace gantry::oci_cli {

// What a runtime meant by the sentence it printed.
enum class Meaning {
  kUnknown,
  kNoContainer,    // it does not know the id
  kEnded,          // the container's process has ended
  kWrongState,     // the verb does not fit the container's state
  kExists,         // the id is taken
  kNoProgram,      // the program to execute does not exist in the container
  kNotExecutable,  // it exists and cannot be executed
  kUnsupported,    // the runtime, as built, has no such verb
};

// A sentence that holds all of text and also means meaning. Case counts.
struct Phrase {
  std::string_view text;
  std::string_view also;  // may be empty
  Meaning meaning;
};

struct Profile {
  std::string_view name;
  std::string_view program;  // looked for when the configuration names no path
  // How the runtime is told to manage cgroups without systemd; empty: not at all.
  std::string_view cgroupfs_flag;
  std::string_view no_cgroup_flag;  // to make none; empty: it always makes one
  // Refuses to run while cgroup v1 and a cgroup v2 hierarchy with controllers are mounted
  // side by side, and works when the latter is out of its view.
  bool rejects_hybrid_cgroups = false;
  bool has_features = false;  // the command `features`
  // Looked through in order; the first that fits counts.
  std::span<const Phrase> phrases;
  // Beginnings that say nothing to the user, taken off repeatedly.
  std::span<const std::string_view> noise;
};

}  // namespace gantry::oci_cli
