// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/leases.h"

#include <sstream>
#include <vector>

#include "plugins/net-cni/lock_wait.h"
#include "sdk/support/files.h"
#include "sdk/support/ip.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

void free_leases(const fs::path& folder,
                 const std::function<bool(const std::string&, const std::string&)>& keep) {
  if (!gantry::exists(folder)) {
    return;
  }
  const FileLock lock = FileLock::take(folder / "lock", LockMode::kExclusive, stubborn());
  std::vector<fs::path> stale;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    if (!find_ip(file->path().filename().string())) {
      continue;
    }
    std::istringstream text(read_file_if_exists(file->path()).value_or(""));
    std::string container;
    std::string interface;
    text >> container >> interface;
    if (!keep(container, interface)) {
      stale.push_back(file->path());
    }
  }
  for (const fs::path& path : stale) {
    remove_file(path);
  }
}

}  // namespace gantry::net_cni
