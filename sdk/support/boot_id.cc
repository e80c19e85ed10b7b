// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/boot_id.h"

#include "sdk/support/files.h"

namespace gantry {

std::string boot_id() {
  std::string id = read_file("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') {
    id.pop_back();
  }
  return id;
}

}  // namespace gantry
