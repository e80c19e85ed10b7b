// SPDX-License-Identifier: Apache-2.0
#include "core/volume/volumes.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

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

bool is_mount_point(const fs::path& path) {
  struct stat self {};
  struct stat parent {};
  return ::stat(path.c_str(), &self) == 0 && ::stat(path.parent_path().c_str(), &parent) == 0 &&
         self.st_dev != parent.st_dev;
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
      throw Error(Code::kInvalid, "invalid mount option " + name +
                                      " for driver 'local': choose from type, device, o: invalid "
                                      "argument");
    }
  }
}

// While it exists, the content of the volume is a copy-up that was not finished.
fs::path copying_mark(const fs::path& data) { return data.parent_path() / "copying"; }

void empty_folder(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    remove_tree(entry.path());
  }
}

}  // namespace

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
      throw Error(Code::kNotFound, "no volume with name \"" + name + "\" found: no such volume");
    }
    return *found;
  });
}

std::vector<model::Volume> Volumes::list() const {
  return store_.read([](const store::Reader& reader) { return reader.volumes(); });
}

fs::path Volumes::path(const std::string& name) const { return root_ / name / "_data"; }

std::vector<std::string> Volumes::users(const std::string& name) const {
  return store_.read([&](const store::Reader& reader) { return reader.volume_users(name); });
}

void Volumes::remove(const std::string& name) {
  const std::string full = inspect(name).name;
  // The record goes first: a claim that comes later makes a new volume, not half of this.
  store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    const std::vector<std::string> users = writer.volume_users(full);
    if (!users.empty()) {
      std::string ids;
      for (const std::string& user : users) {
        ids += (ids.empty() ? "" : ", ") + user;
      }
      throw Error(Code::kBusy, "volume " + full + " is being used by the following container(s): " +
                                   ids + ": volume is being used");
    }
    writer.remove_volume(full);
  });
  unmount(full, "");
  remove_tree(root_ / full);
}

void Volumes::claim(const std::string& name, const std::string& container, bool anonymous) {
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
  const bool removed = store_.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    writer.release_volume(name, container);
    const bool last = remove_it && writer.volume_users(name).empty();
    if (last) {
      writer.remove_volume(name);
    }
    return last;
  });
  if (removed) {
    remove_tree(root_ / name);
  }
}

fs::path Volumes::mount(const std::string& name, const std::string&) {
  const model::Volume volume = inspect(name);
  const fs::path data = path(volume.name);
  make_directories(data, 0755);
  if (!needs_mount(volume) || is_mount_point(data)) {
    return data;
  }
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
  return data;
}

void Volumes::unmount(const std::string& name, const std::string& container) {
  const fs::path data = path(name);
  if (!is_mount_point(data)) {
    return;
  }
  const bool in_use = store_.read([&](const store::Reader& reader) {
    for (const std::string& user : reader.volume_users(name)) {
      const auto state = user == container ? std::nullopt : reader.find_state(user);
      if (state && (state->status == model::Status::kRunning ||
                    state->status == model::Status::kPaused ||
                    state->status == model::Status::kCreated)) {
        return true;
      }
    }
    return false;
  });
  if (!in_use && ::umount2(data.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL) {
    throw errno_error(errno, "unmount volume " + name);
  }
}

void Volumes::copy_up(const std::string& name, const fs::path& rootfs,
                      const std::string& destination) {
  model::Volume volume = inspect(name);
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
