// SPDX-License-Identifier: Apache-2.0
//
// What a create or remove of a volume that was killed leaves: an empty folder that has no
// record yet; content on its way out, kept aside until the record is gone; a lock file. Any
// process at any time: all that acts holds the volume's lock.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/locks/lock.h"
#include "core/store/store.h"

namespace gantry::volume {

// The locks of volumes.
[[nodiscard]] locks::LockTable lock_table(const std::filesystem::path& root,
                                          std::function<bool()> cancelled = nullptr);

// Where the content of a volume goes when it is removed. While it is there, so may be the
// volume's record.
[[nodiscard]] std::filesystem::path removing(const std::filesystem::path& root,
                                             const std::string& name);

// Volumes by name, and in words what is left of them; those at work on one are left to it.
[[nodiscard]] std::map<std::string, std::string> leftovers(const store::Store& store,
                                                           const std::filesystem::path& root);

// Takes it away, after another look. A folder without a record that is not empty stays, and
// kBusy says so: that is not ours to throw away.
void settle_leftover(store::Store& store, const std::filesystem::path& root,
                     const std::string& name, std::function<bool()> cancelled = nullptr);

// What was made for a record that did not come, its lock included.
void drop_unrecorded(const store::Store& store, const std::filesystem::path& root,
                     const std::string& name, locks::Lock& lock) noexcept;

}  // namespace gantry::volume
