// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/streams.h"

#include <unistd.h>

#include <csignal>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "core/lifecycle/invocation_error.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/log/log.h"
#include "core/monitor/detach_keys.h"

namespace gantry::cli {

ports::AttachRequest own_streams(const Options& options, bool input) {
  ports::AttachRequest streams;
  streams.in = input ? STDIN_FILENO : -1;
  streams.out = STDOUT_FILENO;
  streams.err = STDERR_FILENO;
  streams.detach_keys = options.text("detach-keys");
  (void)monitor::DetachKeys(streams.detach_keys);  // a mistake is told even without a terminal
  return streams;
}

void pass_signals(Context& context, ports::AttachRequest& streams, const std::string& id) {
  if (!context.options().flag("sig-proxy")) {
    return;
  }
  streams.on_signal = [&engine = context.engine(), &id](int signal) {
    if (signal == SIGCHLD || signal == SIGPIPE || id.empty()) {
      return;
    }
    try {
      lifecycle::kill(engine, id, signal);
    } catch (const Error& error) {
      // It may have ended a moment ago; then its exit is what the user gets to see.
      log::debug(std::string("ignoring that a signal was not passed on: ") + error.what());
    }
  };
}

int with_invocation_codes(const std::function<int()>& work) {
  try {
    return work();
  } catch (const lifecycle::InvocationError& error) {
    if (error.code() == Code::kNotFound) {
      throw ExitError(kExitNotFound, error);
    }
    if (error.code() == Code::kPermission) {
      throw ExitError(kExitCannotInvoke, error);
    }
    throw;
  }
}

}  // namespace gantry::cli
