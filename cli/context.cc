// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include <csignal>

namespace gantry::cli {

engine::Engine& Context::engine() {
  if (engine_ == nullptr) {
    if (entry_.command->changes) {
      cancel_on_signals();
    }
    engine_ = open_(options(), std::string(entry_.name));
  }
  return *engine_;
}

namespace {

volatile std::sig_atomic_t cancel_flag = 0;

void note_signal(int /*signal*/) { cancel_flag = 1; }

}  // namespace

bool cancelled() noexcept { return cancel_flag != 0; }

void cancel_on_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  // One polite request; a second one ends the program as usual.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM}) {
    (void)::sigaction(signal, &action, nullptr);
  }
}

}  // namespace gantry::cli
