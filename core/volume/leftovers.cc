// SPDX-License-Identifier: Apache-2.0
#include "core/volume/leftovers.h"

#include <unistd.h>

#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::volume {

namespace fs = std::filesystem;
using locks::Kind;
using locks::LockTable;

namespace {

bool is_recorded(const store::Store& store, const std::string& name) {
  return store.read(
      [&](const store::Reader& reader) { return reader.find_volume(name).has_value(); });
}

// By rmdir, so that nothing is lost whatever the folder holds. False: it holds something.
bool remove_empty(const fs::path& root, const std::string& name) {
  for (const fs::path& folder : {root / name / "_data", root / name}) {
    if (::rmdir(folder.c_str()) != 0 && errno != ENOENT) {
      if (errno == ENOTEMPTY || errno == EBUSY) {
        return false;
      }
      throw errno_error(errno, "remove " + folder.string());
    }
  }
  return true;
}

}  // namespace

LockTable lock_table(const fs::path& root, std::function<bool()> cancelled) {
  return {root / ".locks", "volume", std::move(cancelled)};
}

fs::path removing(const fs::path& root, const std::string& name) {
  return root / ".removing" / name;
}

std::map<std::string, std::string> leftovers(const store::Store& store, const fs::path& root) {
  std::map<std::string, std::string> found;
  const LockTable locks = lock_table(root);
  const auto look = [&](const fs::path& folder, const char* problem, const auto& is_left) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      const std::string name = entry.path().filename();
      if (!name.starts_with('.') && is_left(name)) {
        found.emplace(name, problem);
      }
    }
  };
  // Looked at again at last: what is being made or removed has its lock held before.
  look(root / ".removing", "its removal died half way", [&](const std::string& name) {
    return !locks.is_held(Kind::kVolume, name) && gantry::exists(removing(root, name));
  });
  look(root, "a folder without a record", [&](const std::string& name) {
    return !locks.is_held(Kind::kVolume, name) && !is_recorded(store, name) &&
           gantry::exists(root / name);
  });
  look(root / ".locks" / locks::name_of(Kind::kVolume),
       "the lock file of a volume that is gone", [&](const std::string& name) {
         const auto lock = locks.try_existing(Kind::kVolume, name);
         return lock && !is_recorded(store, name);
       });
  return found;
}

void settle_leftover(store::Store& store, const fs::path& root, const std::string& name,
                     std::function<bool()> cancelled) {
  locks::Lock lock =
      lock_table(root, std::move(cancelled)).acquire(Kind::kVolume, name, LockTable::kPatience);
  if (gantry::exists(removing(root, name))) {
    store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
      // One of the same name may have come since; it has a folder, or a user.
      if (!gantry::exists(root / name) && writer.volume_users(name).empty()) {
        writer.remove_volume(name);
      }
    });
    remove_tree(removing(root, name));
  }
  if (is_recorded(store, name)) {
    return;
  }
  if (!remove_empty(root, name)) {
    throw Error(Code::kBusy, (root / name).string() +
                                 " belongs to no volume, but it is not empty: look into it and "
                                 "remove it by hand");
  }
  lock.release_and_forget();
}

void drop_unrecorded(const store::Store& store, const fs::path& root, const std::string& name,
                     locks::Lock& lock) noexcept {
  const Uncancelled undoing;
  try {
    if (!is_recorded(store, name) && remove_empty(root, name)) {
      lock.release_and_forget();
    }
  } catch (const std::exception&) {  // system check finds it
  }
}

}  // namespace gantry::volume
