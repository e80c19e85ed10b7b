// SPDX-License-Identifier: Apache-2.0
//
// Orders to a living conmon through the fifo "ctl" beside its attach socket. Free functions
// without state.
#pragma once

#include <string>

namespace gantry::monitor {

// kNotFound when nobody listens any more.
void resize_terminal(const std::string& socket_dir, unsigned rows, unsigned columns);
// Makes conmon continue its log in a new file.
void reopen_log(const std::string& socket_dir);

}  // namespace gantry::monitor
