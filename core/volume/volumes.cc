// SPDX-License-Identifier: Apache-2.0
#include "core/volume/volumes.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "core/model/ids.h"
#include "core/volume/copy_tree.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::volume {

namespace fs = std::filesystem;

namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A volume may be a bind mount of the same file system, so device numbers tell nothing.
bool is_mount_point(const fs::path& path) {
  struct statx info {};
  return ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// A mount does not outlive its boot, and neither does what was noted of it.
std::string boot_id() {
  return read_file_if_exists("/proc/sys/kernel/random/boot_id").value_or("");
}

std::string option_of(const model::Volume& volume, const std::string& name) {
  const auto found = volume.options.find(name);
  return found == volume.options.end() ? "" : found->second;
}

// A volume of driver local that is more than a folder.
bool needs_mount(const model::Volume& volume) {
  return !option_of(volume, "type").empty() || !option_of(volume, "device").empty();
}

void require_known_options(const NewVolume& request) {
  if (request.driver != "local") {
    throw Error(Code::kNotFound, "volume driver \"" + request.driver +
                                     "\" is not known: only local is built in");
  }
  for (const auto& [name, value] : request.options) {
    if (name != "type" && name != "device" && name != "o") {
      throw Error(Code::kInvalid,
                  "invalid mount option " + name +
                      " for driver 'local': choose from type, device, o: invalid "
                      "argument");
    }
  }
}

// While it exists, the content of the volume is a copy-up that was not finished.
fs::path copying_mark(const fs::path& data) { return data.parent_path() / "copying"; }

// Where the containers that a mounted volume is mounted for are noted, a file each.
fs::path holders_of(const fs::path& data) { return data.parent_path() / "holders"; }

bool has_holders(const fs::path& data) {
  const std::string boot = boot_id();
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(holders_of(data), missing)) {
    if (read_file_if_exists(entry.path()) == boot) {
      return true;
    }
  }
  return false;
}

void unmount_data(const fs::path& data, const std::string& name) {
  if (is_mount_point(data) && ::umount2(data.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 &&
      errno != EINVAL) {
    throw errno_error(errno, "unmount volume " + name);
  }
}

void mount_data(const model::Volume& volume, const fs::path& data) {
  Command command;
  command.argv = {"mount"};
  const std::string type = option_of(volume, "type");
  const std::string options = option_of(volume, "o");
  if (!type.empty()) {
    command.argv.insert(command.argv.end(), {"-t", type});
  }
  if (!options.empty()) {
    command.argv.insert(command.argv.end(), {"-o", options});
  }
  const std::string device = option_of(volume, "device");
  command.argv.insert(command.argv.end(), {"--", device.empty() ? type : device, data});
  const CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    throw Error(Code::kIo, "mounting volume " + volume.name + ": " +
                               result.err.substr(0, result.err.find_last_not_of('\n') + 1));
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

void empty_folder(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    remove_tree(entry.path());
  }
}

}  // namespace

locks::Lock Volumes::lock(const std::string& name) const {
  return locks::LockTable(root_ / ".locks", "volume")
      .acquire(locks::Kind::kVolume, name, locks::LockTable::kPatience);
}

void Volumes::drop_content(const std::string& name) {
  const fs::path data = path(name);
  unmount_data(data, name);
  // Away from its name at once: a remove that is cut short leaves no half of a volume.
  const fs::path trash = root_ / ".removing" / name;
  remove_tree(trash);
  make_directories(trash.parent_path(), 0700);
  if (::rename((root_ / name).c_str(), trash.c_str()) != 0 && errno != ENOENT) {
    throw errno_error(errno, "remove volume " + name);
  }
  remove_tree(trash);
}

std::string Volumes::create(const NewVolume& request) {
  require_known_options(request);
  model::Volume volume;
  volume.name = request.name.empty() ? model::random_id() : request.name;
  model::require_valid_name(volume.name);
  volume.driver = request.driver;
  volume.labels = request.labels;
  volume.options = request.options;
  volume.anonymous = request.anonymous;
  volume.created_ns = now_ns();
  const locks::Lock held = lock(volume.name);
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (!request.ignore_existing || !writer.find_volume(volume.name)) {
      writer.create_volume(volume);
    }
  });
  make_directories(path(volume.name), 0755);
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
          throw Error(Code::kInvalid, "more than one result for volume name " + name);
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
  const std::string full = find(name).name;
  locks::Lock held = lock(full);
  store_.read([&](const store::Reader& reader) { refuse_if_used(reader, full); });
  drop_content(full);
  store_.write(ports::Durability::kDurable,
               [&](store::Writer& writer) { writer.remove_volume(full); });
  held.release_and_forget();
}

void Volumes::claim(const std::string& name, const std::string& container, bool anonymous) {
  const locks::Lock held = lock(name);
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (!writer.find_volume(name)) {
      model::Volume volume;
      volume.name = name;
      volume.anonymous = anonymous;
      volume.created_ns = now_ns();
      model::require_valid_name(name);
      writer.create_volume(volume);
    }
    writer.claim_volume(name, container);
  });
  make_directories(path(name), 0755);
}

void Volumes::release(const std::string& name, const std::string& container, bool remove_it) {
  locks::Lock held = lock(name);
  const auto used_by_others = [&](const store::Reader& reader) {
    const std::vector<std::string> users = reader.volume_users(name);
    return std::any_of(users.begin(), users.end(),
                       [&](const std::string& user) { return user != container; });
  };
  if (!remove_it || store_.read(used_by_others)) {
    store_.write(ports::Durability::kDurable,
                 [&](store::Writer& writer) { writer.release_volume(name, container); });
    return;
  }
  // Content first: as long as the claim stands, this can be done again.
  drop_content(name);
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    writer.release_volume(name, container);
    writer.remove_volume(name);
  });
  held.release_and_forget();
}

fs::path Volumes::mount(const std::string& name, const std::string& container) {
  const model::Volume volume = find(name);
  const fs::path data = path(volume.name);
  make_directories(data, 0755);
  if (!needs_mount(volume)) {
    return data;
  }
  const locks::Lock held = lock(volume.name);
  // Noted before it is mounted: whoever dies in between is asked to unmount it later.
  make_directories(holders_of(data), 0700);
  write_file(holders_of(data) / container, boot_id());
  if (!is_mount_point(data)) {
    mount_data(volume, data);
  }
  return data;
}

void Volumes::unmount(const std::string& name, const std::string& container) {
  const fs::path data = path(name);
  if (!gantry::exists(holders_of(data))) {
    return;
  }
  const locks::Lock held = lock(name);
  remove_file(holders_of(data) / container);
  if (!has_holders(data)) {
    unmount_data(data, name);
  }
}

void Volumes::copy_up(const std::string& name, const fs::path& rootfs,
                      const std::string& destination) {
  model::Volume volume = find(name);
  if (!volume.needs_copy_up) {
    return;
  }
  // Of two containers that start at once the second waits, and finds it done.
  const locks::Lock held = lock(volume.name);
  volume = inspect(volume.name);
  if (!volume.needs_copy_up) {
    return;
  }
  const fs::path data = path(volume.name);
  const fs::path mark = copying_mark(data);
  if (gantry::exists(mark)) {
    empty_folder(data);
  }
  const UniqueFd target = open_file(data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const UniqueFd root = open_file(rootfs, O_PATH | O_DIRECTORY);
  UniqueFd source;
  try {
    source = open_in_root(root.get(), destination, O_RDONLY | O_DIRECTORY);
  } catch (const Error& e) {
    // Nothing there, or a file: nothing to take over.
    if (e.code() != Code::kNotFound && e.code() != Code::kInvalid) {
      throw;
    }
  }
  if (source && is_empty_folder(target.get())) {
    write_file(mark, "");
    copy_tree(source.get(), target.get(), destination);
  }
  volume.needs_copy_up = false;
  store_.write(ports::Durability::kRelaxed,
               [&](store::Writer& writer) { writer.put_volume(volume); });
  remove_file(mark);
}

}  // namespace gantry::volume
