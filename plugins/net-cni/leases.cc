// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/leases.h"

#include <sstream>
#include <vector>

#include "plugins/net-cni/lock_wait.h"
#include "sdk/support/files.h"
#include "sdk/support/ip.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

void for_each_file(const fs::path& folder,
                   const std::function<void(const fs::path&, const std::string& container,
                                            const std::string& interface)>& visit) {
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
    visit(file->path(), container, interface);
  }
}

}  // namespace

void for_each_lease(const fs::path& folder,
                    const std::function<void(const std::string& container_id,
                                             const std::string& interface_name)>& visit) {
  for_each_file(folder, [&](const fs::path&, const std::string& container,
                            const std::string& interface) { visit(container, interface); });
}

void free_leases(const fs::path& folder,
                 const std::function<bool(const std::string&, const std::string&)>& keep) {
  if (!gantry::exists(folder)) {
    return;
  }
  const FileLock lock = FileLock::take(folder / "lock", LockMode::kExclusive, stubborn());
  std::vector<fs::path> stale;
  for_each_file(folder, [&](const fs::path& file, const std::string& container,
                            const std::string& interface) {
    if (!keep(container, interface)) {
      stale.push_back(file);
    }
  });
  for (const fs::path& path : stale) {
    remove_file(path);
  }
}

}  // namespace gantry::net_cni
