// SPDX-License-Identifier: Apache-2.0
//
// A process that may die at any call, played by a thread: where it dies it stops for good,
// as under SIGKILL. Nothing is unwound, no destructor runs, no lock is given back by it; the
// descriptors that it opened are closed, as the kernel would do, and with them its locks go.
#pragma once

#include <functional>

namespace gantry::fault {

// Runs life in a thread of its own until it ends or calls the function that it is given,
// which never returns. True when it died so; else what it threw is thrown.
bool live(const std::function<void(const std::function<void()>& die)>& life);

}  // namespace gantry::fault
