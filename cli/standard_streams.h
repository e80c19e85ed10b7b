// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace gantry::cli {

// Whoever started this process may have closed its standard streams. The next file to be
// opened would get such a number, and be written to as output: a lock, a log, a pipe. Puts the
// null device there: input is at its end, output cannot be written, complaints go nowhere. To
// be called before anything is opened.
void fill_standard_streams();

}  // namespace gantry::cli
