// SPDX-License-Identifier: Apache-2.0
//
// What run, start, attach and exec share: the streams of this process for a container's,
// and the exit codes of commands that could not be run.
#pragma once

#include <functional>
#include <string>

#include "cli/context.h"
#include "cli/option.h"
#include "core/ports/monitor.h"

namespace gantry::cli {

inline constexpr Option kDetachKeysOption{
    .name = "detach-keys",
    .help = "Keys that detach: single letters or ctrl- and a letter, separated by commas",
    .fallback = "ctrl-p,ctrl-q"};
inline constexpr Option kSigProxyOption{.name = "sig-proxy",
                                        .kind = ValueKind::kFlag,
                                        .help = "Pass the signals received on to the process",
                                        .fallback = "true"};

// Standard output and error, and standard input when wanted.
[[nodiscard]] ports::AttachRequest own_streams(const Options& options, bool input);

// Passes signals to the container whose id the returned setter is told.
void pass_signals(Context& context, ports::AttachRequest& streams, const std::string& id);

// Runs work; when the runtime does not find the program, the exit code is 127, when it cannot
// invoke it, 126.
int with_invocation_codes(const std::function<int()>& work);

}  // namespace gantry::cli
