// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_diff.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <gantry/error.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "plugins/storage-overlay/acl.h"
#include "plugins/storage-overlay/entry_name.h"
#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/layer_walk.h"
#include "plugins/storage-overlay/shift_owners.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/file_capability.h"
#include "sdk/support/pax_writer.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

namespace {

using FileId = std::pair<dev_t, ino_t>;

// Where a sparse file has data; nullopt for a file that is not sparse.
std::optional<Extents> find_extents(int fd, const struct stat& st) {
  if (st.st_blocks * 512 >= st.st_size) {
    return std::nullopt;
  }
  Extents extents;
  off_t at = 0;
  while (at < st.st_size) {
    const off_t data = ::lseek(fd, at, SEEK_DATA);
    if (data < 0) {
      if (errno == ENXIO) {
        break;
      }
      return std::nullopt;
    }
    const off_t hole = std::min<off_t>(::lseek(fd, data, SEEK_HOLE), st.st_size);
    if (hole <= data) {
      break;
    }
    extents.emplace_back(data, hole - data);
    at = hole;
  }
  if (extents.size() == 1 && extents[0].first == 0 &&
      extents[0].second == static_cast<std::uint64_t>(st.st_size)) {
    return std::nullopt;
  }
  // Readers want to see the end of the file in the map.
  extents.emplace_back(st.st_size, 0);
  return extents;
}

const std::string& name_of(const PaxEntry& entry) { return entry.name; }
const std::string& name_of(const std::string& name) { return name; }

// Keeps of folders ("a/", "a/b/") those that hold path.
template <typename Folder>
void drop_others(std::vector<Folder>& folders, const std::string& path) {
  std::erase_if(folders,
                [&](const Folder& folder) { return !path.starts_with(name_of(folder)); });
}

class DiffWriter {
 public:
  DiffWriter(int tar_fd, const LayerRecord& record, bool shifted,
             const std::function<bool()>& cancelled)
      : tar_(tar_fd), record_(record), shifted_(shifted), cancelled_(cancelled) {}

  void add(const WalkedFile& file, bool root_changed) {
    if (cancelled_()) {
      throw Error(Code::kCancelled, "interrupted while listing what a layer changes");
    }
    if (file.gone) {
      return;  // the opaque folder says it
    }
    if (file.path.empty()) {
      if (root_changed) {
        add_entry(file, "./");
      }
      return;
    }
    drop_others(held_, file.path);
    if (shifted_ && only_changed_hands(file, {record_.uids, record_.gids})) {
      if (S_ISDIR(file.st.st_mode)) {
        held_.push_back(folder_entry(file, file.path + "/"));
      }
      return;
    }
    for (const PaxEntry& folder : std::exchange(held_, {})) {
      tar_.begin(folder);
      tar_.end();
    }
    if (file.leaf.starts_with(kWhiteoutPrefix)) {
      throw Error(Code::kUnsupported, "/" + file.path + ": image layers reserve names that " +
                                          "begin with .wh.; rename it");
    }
    if (file.whiteout) {
      add_mark(folder_prefix(file.path) + std::string(kWhiteoutPrefix) + file.leaf);
      return;
    }
    if (S_ISDIR(file.st.st_mode)) {
      add_entry(file, file.path + "/");
      if (file.opaque && file.folder_below) {
        add_mark(file.path + "/" + std::string(kOpaqueName));
      }
      return;
    }
    if (!S_ISSOCK(file.st.st_mode)) {
      add_entry(file, file.path);
    }
  }

  void finish() { tar_.finish(); }

 private:
  static std::string folder_prefix(const std::string& path) {
    const SplitName split = split_name(path);
    return split.folder.empty() ? "" : split.folder + "/";
  }

  void add_mark(const std::string& name) {
    PaxEntry entry;
    entry.name = name;
    tar_.begin(entry);
    tar_.end();
  }

  [[nodiscard]] PaxEntry described(const WalkedFile& file, const std::string& name) const {
    PaxEntry entry;
    entry.name = name;
    entry.mode = file.st.st_mode & 07777U;
    entry.uid = to_container(record_.uids, file.st.st_uid).value_or(file.st.st_uid);
    entry.gid = to_container(record_.gids, file.st.st_gid).value_or(file.st.st_gid);
    entry.modified = file.st.st_mtim;
    return entry;
  }

  [[nodiscard]] PaxEntry folder_entry(const WalkedFile& file, const std::string& name) const {
    PaxEntry entry = described(file, name);
    entry.xattrs = xattrs_of(file);
    entry.type = '5';
    return entry;
  }

  void add_entry(const WalkedFile& file, const std::string& name) {
    PaxEntry entry = described(file, name);
    if (is_another_name(file, entry)) {
      tar_.begin(entry);
      tar_.end();
      return;
    }
    entry.xattrs = xattrs_of(file);
    switch (file.st.st_mode & S_IFMT) {
      case S_IFREG:
        add_file(file, std::move(entry));
        return;
      case S_IFDIR:
        entry.type = '5';
        break;
      case S_IFLNK:
        entry.type = '2';
        entry.link = link_target(file);
        break;
      case S_IFIFO:
        entry.type = '6';
        break;
      default:
        entry.type = S_ISCHR(file.st.st_mode) ? '3' : '4';
        entry.device_major = major(file.st.st_rdev);
        entry.device_minor = minor(file.st.st_rdev);
    }
    tar_.begin(entry);
    tar_.end();
  }

  // Of a file with several names the first is the file, the others are links to it.
  bool is_another_name(const WalkedFile& file, PaxEntry& entry) {
    if (S_ISDIR(file.st.st_mode) || file.st.st_nlink < 2) {
      return false;
    }
    const auto [it, first] = links_.emplace(FileId(file.st.st_dev, file.st.st_ino), file.path);
    if (!first) {
      entry.type = '1';
      entry.link = it->second;
    }
    return !first;
  }

  [[nodiscard]] std::vector<Xattr> xattrs_of(const WalkedFile& file) const {
    std::vector<Xattr> kept;
    for (Xattr& xattr : read_xattrs(path_at(file.folder, file.leaf))) {
      // A label of this host's policy means nothing elsewhere.
      if (is_overlay_note(xattr.name, record_.rootless()) || xattr.name == "security.selinux") {
        continue;
      }
      if (xattr.name == kAccessAcl || xattr.name == kDefaultAcl) {
        xattr.value = map_acl(xattr.value, [this](bool is_group, std::uint32_t id) {
          return to_container(is_group ? record_.gids : record_.uids, id);
        });
      }
      if (xattr.name == kFileCapability) {
        xattr.value =
            capability_without_root(xattr.value, to_host(record_.uids, 0).value_or(0));
      }
      kept.push_back(std::move(xattr));
    }
    std::sort(kept.begin(), kept.end(),
              [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
    return kept;
  }

  static std::string link_target(const WalkedFile& file) {
    std::string target(static_cast<std::size_t>(file.st.st_size) + 1, '\0');
    const ssize_t n =
        ::readlinkat(file.folder, file.leaf.c_str(), target.data(), target.size());
    if (n < 0) {
      throw errno_error(errno, "read link /" + file.path);
    }
    target.resize(static_cast<std::size_t>(n));
    return target;
  }

  void add_file(const WalkedFile& file, PaxEntry entry) {
    // Not to be held up by a pipe that took the file's place.
    const UniqueFd fd(::openat(file.folder, file.leaf.c_str(),
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) {
      throw errno_error(errno, "open /" + file.path);
    }
    entry.size = static_cast<std::uint64_t>(file.st.st_size);
    const std::optional<Extents> extents = find_extents(fd.get(), file.st);
    entry.sparse = extents.has_value();
    entry.extents = extents.value_or(Extents());
    tar_.begin(entry);
    if (entry.sparse) {
      for (const auto& [offset, length] : entry.extents) {
        copy(fd.get(), offset, length, file.path);
      }
    } else {
      copy(fd.get(), 0, entry.size, file.path);
    }
    tar_.end();
  }

  void copy(int fd, std::uint64_t offset, std::uint64_t length, const std::string& path) {
    buffer_.resize(128 * 1024);
    while (length > 0) {
      const std::size_t wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer_.size()));
      ssize_t n = ::pread(fd, buffer_.data(), wanted, static_cast<off_t>(offset));
      if (n < 0) {
        if (errno == EINTR) {
          continue;
        }
        throw errno_error(errno, "read /" + path);
      }
      if (n == 0) {
        // It has become shorter meanwhile; the header has promised more.
        std::fill_n(buffer_.begin(), wanted, '\0');
        n = static_cast<ssize_t>(wanted);
      }
      tar_.content({buffer_.data(), static_cast<std::size_t>(n)});
      offset += static_cast<std::uint64_t>(n);
      length -= static_cast<std::uint64_t>(n);
    }
  }

  PaxWriter tar_;
  const LayerRecord& record_;
  bool shifted_;
  std::vector<PaxEntry> held_;  // unchanged folders, told once something in them is
  const std::function<bool()>& cancelled_;
  std::map<FileId, std::string> links_;
  std::string buffer_;
};

// The root of a layer begins as a copy of the one below, its time included.
bool is_root_changed(const std::string& folder, int parents_fd, const LayerRecord& record) {
  struct stat mine {};
  struct stat theirs {};
  if (parents_fd < 0) {
    return true;
  }
  if (::lstat(folder.c_str(), &mine) != 0 ||
      ::fstatat(parents_fd, "", &theirs, AT_EMPTY_PATH) != 0) {
    throw errno_error(errno, "look at " + folder);
  }
  return mine.st_mode != theirs.st_mode ||
         to_container(record.uids, mine.st_uid) != theirs.st_uid ||
         to_container(record.gids, mine.st_gid) != theirs.st_gid ||
         mine.st_mtim.tv_sec != theirs.st_mtim.tv_sec ||
         mine.st_mtim.tv_nsec != theirs.st_mtim.tv_nsec;
}

int kind_of(const WalkedFile& file) {
  if (file.whiteout || file.gone) {
    return GANTRY_CHANGE_DELETED;
  }
  return file.exists_below ? GANTRY_CHANGE_MODIFIED : GANTRY_CHANGE_ADDED;
}

}  // namespace

void write_layer_diff(const std::string& folder, int parents_fd, const LayerRecord& record,
                      bool shifted, int tar_fd, const std::function<bool()>& cancelled) {
  DiffWriter writer(tar_fd, record, shifted, cancelled);
  const bool root_changed = is_root_changed(folder, parents_fd, record);
  walk_layer(folder, parents_fd, record.rootless(), [&](const WalkedFile& file) {
    writer.add(file, root_changed);
    return true;
  });
  writer.finish();
}

void list_layer_changes(const std::string& folder, int parents_fd, const LayerRecord& record,
                        bool shifted,
                        const std::function<bool(int kind, std::string_view path)>& visit) {
  std::vector<std::string> held;  // unchanged folders, as in DiffWriter
  walk_layer(folder, parents_fd, record.rootless(), [&](const WalkedFile& file) {
    if (file.path.empty() || (file.whiteout && !file.exists_below)) {
      return true;
    }
    drop_others(held, file.path);
    if (shifted && only_changed_hands(file, {record.uids, record.gids})) {
      if (S_ISDIR(file.st.st_mode)) {
        held.push_back(file.path + "/");
      }
      return true;
    }
    for (std::string& above : std::exchange(held, {})) {
      above.pop_back();
      if (!visit(GANTRY_CHANGE_MODIFIED, "/" + above)) {
        return false;
      }
    }
    return visit(kind_of(file), "/" + file.path);
  });
}

plugin::Usage measure_tree(const std::string& folder) {
  plugin::Usage usage;
  std::set<FileId> seen;
  walk_layer(folder, -1, false, [&](const WalkedFile& file) {
    const bool counted = !S_ISDIR(file.st.st_mode) && file.st.st_nlink > 1 &&
                         !seen.emplace(file.st.st_dev, file.st.st_ino).second;
    if (!file.gone && !counted) {
      usage.bytes += static_cast<std::uint64_t>(file.st.st_blocks) * 512;
      ++usage.inodes;
    }
    return true;
  });
  return usage;
}

}  // namespace gantry::storage_overlay
