// SPDX-License-Identifier: Apache-2.0
//
// The address leases that the host-local plug-in keeps: one file for each address, which
// holds the container's id and the interface's name.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace gantry::net_cni {

// Tells of each lease.
void for_each_lease(const std::filesystem::path& folder,
                    const std::function<void(const std::string& container_id,
                                             const std::string& interface_name)>& visit);

// Frees the leases for which keep answers false, under host-local's own lock. No folder, no
// leases.
void free_leases(const std::filesystem::path& folder,
                 const std::function<bool(const std::string& container_id,
                                          const std::string& interface_name)>& keep);

}  // namespace gantry::net_cni
