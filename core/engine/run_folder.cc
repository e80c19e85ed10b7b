// SPDX-License-Identifier: Apache-2.0
#include "core/engine/run_folder.h"

#include <optional>
#include <string>

#include "sdk/support/files.h"

namespace gantry::engine {

void forget_other_boots(const layout::Layout& layout, const std::string& boot,
                        const LockWait& wait) {
  if (read_file_if_exists(layout.boot()) == boot) {
    return;
  }
  const FileLock lock =
      FileLock::take(layout.boot().string() + ".lock", LockMode::kExclusive, wait);
  const std::optional<std::string> recorded = read_file_if_exists(layout.boot());
  if (recorded == boot) {
    return;  // another process was quicker
  }
  if (recorded) {
    remove_tree(layout.plugins_run());
  }
  write_file(layout.boot(), boot);
}

}  // namespace gantry::engine
