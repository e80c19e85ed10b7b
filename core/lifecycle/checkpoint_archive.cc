// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/checkpoint_archive.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <utility>

#include "core/engine/volumes.h"
#include "core/lifecycle/artifacts.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/tree/pack.h"
#include "core/tree/unpack.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/tree_walk.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

// What stands at the top of an archive; here it is in the folder of the checkpoint.
constexpr const char* kTopLevel[] = {kConfigDump, kSpecDump, kNetworkStatus, kShmContent};
constexpr const char* kArtifactsFolder = "artifacts";
// Of a document that is read whole.
constexpr std::size_t kMostText = std::size_t{4} << 20U;

bool is_top_level(const std::string& name) {
  return std::find(std::begin(kTopLevel), std::end(kTopLevel), name) != std::end(kTopLevel);
}

UniqueFd new_file(const fs::path& path) {
  return open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

// Collects what goes into an archive; made ones wait in a folder of their own.
class Contents {
 public:
  explicit Contents(const fs::path& tmp) : staging_(tmp) { image::drop_stale_staging(tmp); }

  void add(const fs::path& path, const std::string& name) {
    if (gantry::exists(path)) {
      fds_.push_back(open_file(path, O_PATH | O_NOFOLLOW));
      sources_.push_back({fds_.back().get(), name});
    }
  }
  [[nodiscard]] const fs::path& folder() const { return staging_.path(); }
  [[nodiscard]] const std::vector<tree::PackSource>& sources() const { return sources_; }

 private:
  image::Staging staging_;
  std::vector<UniqueFd> fds_;
  std::vector<tree::PackSource> sources_;
};

void add_root_changes(engine::Engine& engine, const model::ContainerConfig& config,
                      Contents& contents) {
  ports::Storage& storage = engine.backends.storage(config.backends.storage);
  storage.diff(config.id, new_file(contents.folder() / kRootChanges).get());
  contents.add(contents.folder() / kRootChanges, kRootChanges);
  Json deleted = Json::array();
  for (const ports::Change& change : storage.changes(config.id)) {
    if (change.kind == ports::ChangeKind::kDeleted) {
      deleted.push_back(change.path);
    }
  }
  if (!deleted.empty()) {
    write_file(contents.folder() / kDeletedFiles, to_text(deleted), 0600);
    contents.add(contents.folder() / kDeletedFiles, kDeletedFiles);
  }
}

void add_volumes(engine::Engine& engine, const model::ContainerConfig& config,
                 Contents& contents) {
  const volume::Volumes volumes = engine::volumes_of(engine);
  for (const model::Mount& mount : config.mounts) {
    if (mount.kind != model::MountKind::kVolume) {
      continue;
    }
    const std::string name = mount.source + ".tar";
    const fs::path tar = contents.folder() / name;
    if (gantry::exists(tar)) {
      continue;  // mounted twice
    }
    const UniqueFd source = open_file(volumes.path(mount.source), O_PATH | O_DIRECTORY);
    tree::pack(source.get(), {}, new_file(tar).get(), "volume " + mount.source);
    contents.add(tar, std::string(kVolumesFolder) + "/" + name);
  }
}

}  // namespace

void write_checkpoint_archive(engine::Engine& engine, const LockedContainer& container,
                              const CheckpointOptions& options, int out) {
  const layout::Layout& layout = engine.layout;
  const model::ContainerConfig& config = container.config;
  const std::string& id = config.id;
  Contents contents(layout.tmp());
  for (const std::string& name : artifacts(layout, id)) {
    contents.add(layout.artifacts(id) / name, std::string(kArtifactsFolder) + "/" + name);
  }
  for (const auto& entry : fs::directory_iterator(layout.checkpoint(id))) {
    const std::string name = entry.path().filename();
    contents.add(entry.path(),
                 is_top_level(name) ? name : std::string(kCheckpointFolder) + "/" + name);
  }
  contents.add(layout.criu(id) / "dump.log", "dump.log");
  contents.add(layout.criu(id) / "stats-dump", "stats-dump");
  contents.add(layout.log(id), kLogFile);
  if (!options.ignore_rootfs && config.rootfs.empty()) {
    add_root_changes(engine, config, contents);
  }
  if (!options.ignore_volumes) {
    add_volumes(engine, config, contents);
  }
  tree::pack(contents.sources(),
             {.name = {}, .mapping = {}, .devices = true, .compression = options.compression},
             out, "checkpoint of container " + config.name);
}

namespace {

// What comes as a link, a device or a fifo would be followed or waited for by whoever opens
// it later, criu among them.
void require_plain(const fs::path& folder, const fs::path& file) {
  TreeWalk walk(open_file(folder, O_RDONLY | O_DIRECTORY), folder);
  while (walk.next()) {
    if (walk.left()) {
      continue;
    }
    struct stat info {};
    if (::fstatat(walk.folder(), walk.name().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      throw errno_error(errno, "stat " + walk.shown());
    }
    if (S_ISDIR(info.st_mode)) {
      (void)walk.enter();
    } else if (!S_ISREG(info.st_mode)) {
      throw Error(Code::kInvalid, shown_path(walk.path()) + " in " + file.string() +
                                      " is no file and no folder: no checkpoint has such a "
                                      "thing");
    }
  }
}

}  // namespace

OpenedArchive::OpenedArchive(const engine::Engine& engine, fs::path file)
    : file_(std::move(file)), staging_(engine.layout.tmp()) {
  image::drop_stale_staging(engine.layout.tmp());
  const UniqueFd archive = [&] {
    try {
      return open_file(file_, O_RDONLY);
    } catch (const Error& e) {
      throw e.while_doing("failed to open checkpoint archive " + file_.string() +
                          " for import");
    }
  }();
  folder_ = open_file(staging_.path(), O_RDONLY | O_DIRECTORY);
  tree::unpack(archive.get(), folder_.get(), "/",
               {.owner = tree::Owner{}, .overwrite = false, .compressed = true, .mapping = {}},
               "checkpoint archive " + file_.string());
  require_plain(staging_.path(), file_);
  const auto dump = read_regular_in_root(folder_.get(), kConfigDump, kMostText);
  if (!dump) {
    throw Error(Code::kInvalid,
                file_.string() + " is no archive of a checkpoint: it has no " + kConfigDump);
  }
  config_ = parse_config_dump(*dump, file_.string());
  config_.log.path.clear();
  config_.pid_file.clear();
  config_.conmon_pid_file.clear();
  config_.cid_file.clear();
}

UniqueFd OpenedArchive::open(const std::string& name) const {
  try {
    UniqueFd found = open_in_root(folder_.get(), name, O_PATH | O_NOFOLLOW);
    struct stat info {};
    if (::fstat(found.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
      throw Error(Code::kInvalid, name + " in " + file_.string() + " is no file");
    }
    return open_file(fd_path(found.get()), O_RDONLY);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
    return {};
  }
}

void OpenedArchive::refuse_place(const std::string& member) const {
  throw Error(Code::kInvalid, member + " in " + file_.string() +
                                  " is in a wrong place: no checkpoint has it there");
}

// REQUIRES: there is nothing but files and folders in it.
void OpenedArchive::move_to(const layout::Layout& layout, const std::string& id) const {
  const fs::path images = staging_.path() / kCheckpointFolder;
  if (!fs::is_directory(fs::symlink_status(images))) {
    throw Error(Code::kInvalid, file_.string() + " is no archive of a checkpoint: it has no " +
                                    kCheckpointFolder + "/");
  }
  for (const char* name : kTopLevel) {
    if (gantry::exists(images / name)) {
      refuse_place(std::string(kCheckpointFolder) + "/" + name);
    }
  }
  (void)read_regular_in_root(folder_.get(), kNetworkStatus, kMostText);
  move_kept(images, layout.checkpoint(id));
  move_artifacts(layout, id);
  for (const char* name : {kNetworkStatus, kShmContent}) {
    if (open(name)) {
      move_kept(staging_.path() / name, layout.checkpoint(id) / name);
    }
  }
  if (open(kLogFile)) {
    move_kept(staging_.path() / kLogFile, layout.log(id));
  }
}

void OpenedArchive::move_artifacts(const layout::Layout& layout, const std::string& id) const {
  UniqueFd folder;
  try {
    folder = open_in_root(folder_.get(), kArtifactsFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return;
    }
    throw;
  }
  for (const std::string& name : entry_names(folder.get(), kArtifactsFolder)) {
    const std::string member = std::string(kArtifactsFolder) + "/" + name;
    if (is_top_level(name)) {
      refuse_place(member);
    }
    if (open(member)) {
      const fs::path target = place_artifact(layout, id, name);
      if (::renameat(folder.get(), name.c_str(), AT_FDCWD, target.c_str()) != 0) {
        throw errno_error(errno, "rename " + member + " to " + target.string());
      }
    }
  }
}

}  // namespace gantry::lifecycle
