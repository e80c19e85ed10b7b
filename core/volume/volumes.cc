// SPDX-License-Identifier: Apache-2.0
#include "core/volume/volumes.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "core/model/ids.h"
#include "core/volume/change_tree.h"
#include "core/volume/copy_tree.h"
#include "core/volume/leftovers.h"
#include "core/volume/local_options.h"
#include "sdk/support/boot_id.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/mount_point.h"
#include "sdk/support/subprocess.h"
#include "sdk/support/timestamp.h"

namespace gantry::volume {

namespace fs = std::filesystem;

namespace {

void require_local(const NewVolume& request) {
  if (request.driver != "local") {
    throw Error(Code::kNotFound, "no volume plugin with name " + request.driver +
                                     " available: only local is built in");
  }
}

// While it exists, the content of the volume is a copy-up that was not finished.
fs::path copying_mark(const fs::path& data) { return data.parent_path() / "copying"; }

// Where the containers that a mounted volume is mounted for are noted, a file each.
fs::path holders_of(const fs::path& data) { return data.parent_path() / "holders"; }

// A mount does not outlive its boot, and neither does what was noted of it.
std::vector<std::string> living_holders(const fs::path& data) {
  const std::string boot = boot_id();
  std::vector<std::string> ids;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(holders_of(data), missing)) {
    if (read_file_if_exists(entry.path()) == boot) {
      ids.push_back(entry.path().filename());
    }
  }
  return ids;
}

void unmount_data(const fs::path& data, const std::string& name) {
  if (is_mount_point(data) && ::umount2(data.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 &&
      errno != EINVAL) {
    throw errno_error(errno, "unmount volume " + name);
  }
}

// A file server that does not answer within this is not there.
constexpr std::chrono::minutes kMountPatience{1};

void mount_data(const LocalOptions& options, const fs::path& data,
                const std::function<bool()>& cancelled) {
  Command command;
  command.timeout = kMountPatience;
  command.cancelled = cancelled;
  command.argv = {"mount"};
  if (!options.type.empty()) {
    command.argv.insert(command.argv.end(), {"-t", options.type});
  }
  if (!options.mount_options.empty()) {
    command.argv.insert(command.argv.end(), {"-o", options.mount_options});
  }
  command.argv.insert(command.argv.end(),
                      {"--", options.device.empty() ? options.type : options.device, data});
  const CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    throw Error(Code::kIo, result.err.substr(0, result.err.find('\n')));
  }
}

Error no_such_volume(const std::string& name) {
  return {Code::kNotFound, "no volume with name \"" + name + "\" found: no such volume"};
}

void refuse_if_used(const store::Reader& reader, const std::string& name) {
  const std::vector<std::string> users = reader.volume_users(name);
  if (users.empty()) {
    return;
  }
  std::string ids;
  for (const std::string& user : users) {
    ids += (ids.empty() ? "" : ", ") + user;
  }
  throw Error(Code::kBusy, "volume " + name + " is being used by the following container(s): " +
                               ids + ": volume is being used");
}

// What the image has at the destination; nothing, when that is no folder.
UniqueFd folder_in_root(int root, const std::string& destination) {
  try {
    return open_in_root(root, destination, O_RDONLY | O_DIRECTORY);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound && e.code() != Code::kInvalid) {
      throw;
    }
  }
  return UniqueFd();
}

// As the folder that it hides, or, when there is none (-1), as its user's.
void set_owner(const fs::path& data, int hidden, model::Owner owner) {
  mode_t mode = 0755;
  struct stat info {};
  if (hidden >= 0 && ::fstat(hidden, &info) == 0) {
    owner = {info.st_uid, info.st_gid};
    mode = info.st_mode & 07777;
  }
  const UniqueFd folder = open_file(data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (::fchown(folder.get(), owner.uid, owner.gid) != 0 || ::fchmod(folder.get(), mode) != 0) {
    throw errno_error(errno, "set owner and mode of volume folder " + data.string());
  }
}

}  // namespace

locks::Lock Volumes::lock(const std::string& name) const {
  return lock_table(root_, cancelled_)
      .acquire(locks::Kind::kVolume, name, locks::LockTable::kPatience);
}

// Away from its name at once: a remove that is cut short leaves no half of a volume. What is
// left of it says that the volume was being removed, until its record is gone too.
void Volumes::drop_content(const std::string& name) {
  const fs::path data = path(name);
  const fs::path trash = removing(root_, name);
  unmount_data(data, name);
  if (gantry::exists(root_ / name)) {
    remove_tree(trash);
    make_directories(trash.parent_path(), 0700);
    if (::rename((root_ / name).c_str(), trash.c_str()) != 0) {
      throw errno_error(errno, "remove volume " + name);
    }
  }
  empty_folder(trash);
}

std::string Volumes::create(const NewVolume& request) {
  require_local(request);
  const LocalOptions options = read_local_options(request.options);
  model::Volume volume;
  volume.name = request.name.empty() ? model::random_id() : request.name;
  model::require_valid_name(volume.name);
  volume.driver = request.driver;
  volume.labels = request.labels;
  volume.options = request.options;
  volume.anonymous = request.anonymous;
  volume.needs_copy_up = options.copy;
  volume.needs_owner = !options.needs_mount();
  volume.created_ns = now_ns();
  locks::Lock held = lock(volume.name);
  // Before the record: an empty folder that nobody knows is no loss, but a volume without its
  // folder looks like one.
  make_directories(path(volume.name), 0755);
  Cleanup undo([&] { drop_unrecorded(store_, root_, volume.name, held); });
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (!request.ignore_existing || !writer.find_volume(volume.name)) {
      writer.create_volume(volume);
    }
  });
  undo.dismiss();
  return volume.name;
}

model::Volume Volumes::inspect(const std::string& name) const {
  return store_.read([&](const store::Reader& reader) {
    if (std::optional<model::Volume> volume = reader.find_volume(name)) {
      return *volume;
    }
    std::optional<model::Volume> found;
    for (model::Volume& volume : reader.volumes()) {
      if (!name.empty() && volume.name.starts_with(name)) {
        if (found) {
          throw Error(Code::kInvalid, "more than one result for volume name \"" + name + "\"");
        }
        found = std::move(volume);
      }
    }
    if (!found) {
      throw no_such_volume(name);
    }
    return *found;
  });
}

model::Volume Volumes::find(const std::string& name) const {
  std::optional<model::Volume> volume =
      store_.read([&](const store::Reader& reader) { return reader.find_volume(name); });
  if (!volume) {
    throw no_such_volume(name);
  }
  return *std::move(volume);
}

std::vector<model::Volume> Volumes::list() const {
  return store_.read([](const store::Reader& reader) { return reader.volumes(); });
}

fs::path Volumes::path(const std::string& name) const { return root_ / name / "_data"; }

std::vector<std::string> Volumes::users(const std::string& name) const {
  return store_.read([&](const store::Reader& reader) { return reader.volume_users(name); });
}

void Volumes::remove(const std::string& name) {
  (void)find(name);
  locks::Lock held = lock(name);
  store_.read([&](const store::Reader& reader) { refuse_if_used(reader, name); });
  drop_content(name);
  store_.write(ports::Durability::kDurable,
               [&](store::Writer& writer) { writer.remove_volume(name); });
  remove_tree(removing(root_, name));
  held.release_and_forget();
}

bool Volumes::claim(const std::string& name, const std::string& container, bool anonymous) {
  model::require_valid_name(name);
  locks::Lock held = lock(name);
  make_directories(path(name), 0755);
  Cleanup undo([&] { drop_unrecorded(store_, root_, name, held); });
  const bool is_new = store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    const bool missing = !writer.find_volume(name);
    if (missing) {
      model::Volume volume;
      volume.name = name;
      volume.anonymous = anonymous;
      volume.needs_owner = true;
      volume.created_ns = now_ns();
      writer.create_volume(volume);
    }
    writer.claim_volume(name, container);
    return missing;
  });
  undo.dismiss();
  return is_new;
}

bool Volumes::release(const std::string& name, const std::string& container, bool remove_it) {
  locks::Lock held = lock(name);
  const auto used_by_others = [&](const store::Reader& reader) {
    const std::vector<std::string> users = reader.volume_users(name);
    return std::any_of(users.begin(), users.end(),
                       [&](const std::string& user) { return user != container; });
  };
  if (!remove_it || store_.read(used_by_others)) {
    const bool exists = store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
      writer.release_volume(name, container);
      return writer.find_volume(name).has_value();
    });
    if (!exists) {
      held.release_and_forget();
    }
    return false;
  }
  // Content first: as long as the claim stands, this can be done again.
  drop_content(name);
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    writer.release_volume(name, container);
    writer.remove_volume(name);
  });
  remove_tree(removing(root_, name));
  held.release_and_forget();
  return true;
}

fs::path Volumes::mount(const std::string& name, const std::string& container) {
  const model::Volume volume = find(name);
  const fs::path data = path(volume.name);
  make_directories(data, 0755);
  const LocalOptions options = read_local_options(volume.options);
  if (!options.needs_mount()) {
    return data;
  }
  const locks::Lock held = lock(volume.name);
  // Noted before it is mounted: whoever dies in between is asked to unmount it later.
  make_directories(holders_of(data), 0700);
  write_file(holders_of(data) / container, boot_id());
  if (!is_mount_point(data)) {
    try {
      mount_data(options, data, cancelled_);
    } catch (const Error& e) {
      throw e.while_doing("mounting volume " + volume.name);
    }
  }
  return data;
}

std::vector<std::string> Volumes::holders(const std::string& name) const {
  return living_holders(path(name));
}

void Volumes::unmount(const std::string& name, const std::string& container) {
  const fs::path data = path(name);
  if (!gantry::exists(holders_of(data))) {
    return;
  }
  const locks::Lock held = lock(name);
  remove_file(holders_of(data) / container);
  if (living_holders(data).empty()) {
    unmount_data(data, name);
  }
}

// While it is there the copy was not finished: whoever comes next begins anew.
void Volumes::copy_up(const std::string& name, int source, const std::string& shown) {
  const fs::path data = path(name);
  const fs::path mark = copying_mark(data);
  if (gantry::exists(mark)) {
    empty_folder(data);
  }
  const UniqueFd target = open_file(data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (is_empty_folder(target.get())) {
    write_file(mark, "");
    copy_tree(source, target.get(), shown);
  }
}

void Volumes::settle(const std::string& name, const FirstUse& use) {
  const auto is_due = [&](const model::Volume& volume) {
    return volume.needs_owner || (volume.needs_copy_up && use.copy);
  };
  model::Volume volume = find(name);
  if (!is_due(volume)) {
    return;
  }
  // Of two containers that start at once the second waits, and finds it done.
  const locks::Lock held = lock(volume.name);
  volume = find(volume.name);
  if (!is_due(volume)) {
    return;
  }
  const UniqueFd root = open_file(use.rootfs, O_PATH | O_DIRECTORY);
  const UniqueFd source = folder_in_root(root.get(), use.destination);
  const fs::path data = path(volume.name);
  if (volume.needs_copy_up && use.copy) {
    if (source) {
      copy_up(volume.name, source.get(), use.destination);
    }
    volume.needs_copy_up = false;
  }
  if (volume.needs_owner) {
    if (!use.label.empty()) {
      relabel_tree(open_file(data, O_PATH).get(), use.label, data.string());
    }
    const auto owner = read_local_options(volume.options).owner;
    set_owner(data, owner ? -1 : source.get(),
              owner       ? *owner
              : use.owner ? use.owner()
                          : model::Owner{});
  }
  volume.needs_owner = false;
  store_.write(ports::Durability::kRelaxed,
               [&](store::Writer& writer) { writer.put_volume(volume); });
  remove_file(copying_mark(data));
}

}  // namespace gantry::volume
