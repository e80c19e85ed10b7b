// SPDX-License-Identifier: Apache-2.0
//
// Constant: how crun differs from other OCI runtimes. Its words are those of versions 0.17
// to 1.14.
#pragma once

#include "sdk/oci_cli/profile.h"

namespace gantry::oci_crun {

using oci_cli::Meaning;

inline constexpr oci_cli::Phrase kPhrases[] = {
    {"executable file", "not found in $PATH", Meaning::kNoProgram},
    {"open executable", "Permission denied", Meaning::kNotExecutable},
    {"open executable", "Is a directory", Meaning::kNotExecutable},
    {"open executable", "Operation not permitted", Meaning::kNotExecutable},  // a folder
    {"open executable", "No such file or directory", Meaning::kNoProgram},
    {"exec container process", "No such file or directory", Meaning::kNoProgram},
    {"exec container process", "Permission denied", Meaning::kNotExecutable},
    {"exec container process", "Exec format error", Meaning::kNotExecutable},
    // A container that was started has no fifo any more.
    {"exec.fifo", "", Meaning::kWrongState},
    {"/status`: No such file or directory", "", Meaning::kNoContainer},
    {"cannot open directory", "No such file or directory", Meaning::kNoContainer},
    {"does not exist", "", Meaning::kNoContainer},
    {"open pidfd: No such process", "", Meaning::kEnded},
    {"kill container", "No such process", Meaning::kEnded},
    {"is not running", "", Meaning::kEnded},
    {"state", "is not in", Meaning::kWrongState},
    {"is paused", "", Meaning::kWrongState},
    {"is not paused", "", Meaning::kWrongState},
    {"already exists", "", Meaning::kExists},
    {"unknown command", "", Meaning::kUnsupported},
    {"not supported", "CRIU", Meaning::kUnsupported},
};

inline constexpr oci_cli::Profile kProfile{
    .name = "crun",
    .program = "crun",
    .cgroupfs_flag = "--cgroup-manager=cgroupfs",
    .no_cgroup_flag = "--cgroup-manager=disabled",
    .rejects_hybrid_cgroups = true,
    .has_features = true,
    .phrases = kPhrases,
    .noise = {},
};

}  // namespace gantry::oci_crun
