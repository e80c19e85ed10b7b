// SPDX-License-Identifier: Apache-2.0
//
// Constant: how runc differs from other OCI runtimes. Its words are those of versions 1.0
// to 1.2.
#pragma once

#include "sdk/oci_cli/profile.h"

namespace gantry::oci_runc {

using oci_cli::Meaning;

inline constexpr oci_cli::Phrase kPhrases[] = {
    {"executable file not found in $PATH", "", Meaning::kNoProgram},
    {"exec: \"", "no such file or directory", Meaning::kNoProgram},
    {"exec /", "no such file or directory", Meaning::kNoProgram},
    {"exec: \"", "permission denied", Meaning::kNotExecutable},
    {"exec /", "permission denied", Meaning::kNotExecutable},
    {"exec: \"", "is a directory", Meaning::kNotExecutable},
    {"exec /", "exec format error", Meaning::kNotExecutable},
    {"container does not exist", "", Meaning::kNoContainer},
    {"container not running", "", Meaning::kEnded},
    {"process already finished", "", Meaning::kEnded},
    {"cannot start a", "", Meaning::kWrongState},
    {"cannot exec in a", "", Meaning::kWrongState},
    {"container not paused", "", Meaning::kWrongState},
    {"is not stopped", "", Meaning::kWrongState},
    {"already exists", "", Meaning::kExists},
    {"No help topic for", "", Meaning::kUnsupported},
};

inline constexpr std::string_view kNoise[] = {
    "runc create failed: ", "runc run failed: ", "exec failed: ",
    "runc did not terminate successfully: ", "unable to start container process: "};

inline constexpr oci_cli::Profile kProfile{
    .name = "runc",
    .program = "runc",
    .cgroupfs_flag = {},
    .no_cgroup_flag = {},
    .rejects_hybrid_cgroups = false,
    .has_features = true,
    .phrases = kPhrases,
    .noise = kNoise,
};

}  // namespace gantry::oci_runc
