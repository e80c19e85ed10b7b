// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <gantry/error.hpp>
#include <string_view>
#include <vector>

#include "plugins/storage-overlay/entry_attributes.h"
#include "plugins/storage-overlay/entry_name.h"
#include "plugins/storage-overlay/hashed_stream.h"
#include "plugins/storage-overlay/layer_folder.h"
#include "sdk/support/archive_api.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

// Feeds libarchive from the stream; what the stream throws comes out of check.
class Feed {
 public:
  explicit Feed(HashedStream& stream) : stream_(stream) {}

  static la_ssize_t read(archive*, void* self, const void** buffer) {
    Feed& feed = *static_cast<Feed*>(self);
    try {
      const std::string_view bytes = feed.stream_.next();
      *buffer = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      feed.failure_ = std::current_exception();
      return ARCHIVE_FATAL;
    }
  }
  void check() const {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

 private:
  HashedStream& stream_;
  std::exception_ptr failure_;
};

class Unpacker {
 public:
  Unpacker(const std::string& folder, archive* reader, const Feed& feed,
           const UnpackOptions& options)
      : api_(archive_api()),
        reader_(reader),
        feed_(feed),
        options_(options),
        attributes_(*options.record, *options.host),
        folder_(folder, options.record->rootless(), options.open_parents) {}

  void run() {
    bool root_seen = false;
    while (archive_entry* entry = next_entry()) {
      const char* raw = api_.entry_pathname(entry);
      const std::string shown = raw != nullptr ? raw : "";
      try {
        const std::string name = clean_entry_name(shown);
        root_seen = root_seen || name.empty();
        unpack(entry, name);
      } catch (const Error& e) {
        throw Error(e.code(), "entry \"" + shown + "\": " + e.what());
      }
    }
    if (!root_seen && options_.record->lowers.empty()) {
      folder_.defer("", {}, "");
    }
    folder_.finish();
  }

 private:
  archive_entry* next_entry() {
    archive_entry* entry = nullptr;
    for (;;) {
      const int result = api_.read_next_header(reader_, &entry);
      if (result == ARCHIVE_EOF) {
        return nullptr;
      }
      feed_.check();
      if (options_.host->cancelled()) {
        throw Error(Code::kCancelled, "interrupted while unpacking a layer");
      }
      if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
        return entry;
      }
      if (result != ARCHIVE_RETRY) {
        throw archive_error(reader_, "the tar stream cannot be read");
      }
    }
  }

  void unpack(archive_entry* entry, const std::string& name) {
    const SplitName split = split_name(name);
    if (split.leaf == kOpaqueName) {
      folder_.hide_all_below(split.folder);
      return;
    }
    if (split.leaf.starts_with(kAufsPrefix)) {
      return;
    }
    if (split.leaf.starts_with(kWhiteoutPrefix)) {
      unpack_whiteout(split);
      return;
    }
    if (const char* target = api_.entry_hardlink(entry)) {
      make_link(split, target);
      return;
    }
    const auto type = api_.entry_filetype(entry);
    if (type == AE_IFDIR) {
      make_folder(entry, name);
      return;
    }
    if (name.empty()) {
      throw Error(Code::kInvalid, "the root of a layer is a folder");
    }
    switch (type) {
      case AE_IFREG:
        make_file(entry, split);
        return;
      case AE_IFLNK:
        make_symlink(entry, split);
        return;
      case AE_IFCHR:
      case AE_IFBLK:
        if (options_.record->rootless()) {
          throw Error(Code::kPermission, "a rootless store cannot hold device nodes");
        }
        [[fallthrough]];
      case AE_IFIFO:
      case AE_IFSOCK:
        make_node(entry, split);
        return;
      default:
        throw Error(Code::kInvalid, "its type is not known");
    }
  }

  void unpack_whiteout(const SplitName& split) {
    const std::string hidden = split.leaf.substr(kWhiteoutPrefix.size());
    if (hidden.empty() || hidden == "." || hidden == "..") {
      throw Error(Code::kInvalid, "this whiteout names nothing that a layer can hide");
    }
    folder_.hide_below(split.folder, hidden);
  }

  void make_folder(archive_entry* entry, const std::string& name) {
    const Attributes it = attributes_.of(entry);
    attributes_.set(folder_.make_folder(name), it);
    folder_.defer(name, it.times, it.default_acl);
  }

  // Calls make until the name is free; a layer may hold the same name twice, the last wins.
  template <typename Make>
  void make_at(int parent, const std::string& leaf, const Make& make) {
    while (make() < 0) {
      if (errno != EEXIST) {
        throw errno_error(errno, "make it");
      }
      folder_.make_way(parent, leaf);
    }
  }

  void make_file(archive_entry* entry, const SplitName& split) {
    const Attributes it = attributes_.of(entry);
    const int parent = folder_.open_folder(split.folder);
    UniqueFd fd;
    make_at(parent, split.leaf, [&] {
      fd.reset(::openat(parent, split.leaf.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      return fd.get();
    });
    write_content(fd.get(), api_.entry_size(entry));
    attributes_.set(fd.get(), it);
    const std::array<timespec, 2> times{it.times.access, it.times.modify};
    if (::futimens(fd.get(), times.data()) != 0) {
      throw errno_error(errno, "set times");
    }
  }

  void write_content(int fd, la_int64_t size) {
    la_int64_t written = 0;
    while (size > 0) {
      const void* bytes = nullptr;
      std::size_t count = 0;
      la_int64_t offset = 0;
      const int result = api_.read_data_block(reader_, &bytes, &count, &offset);
      if (result == ARCHIVE_EOF) {
        break;
      }
      feed_.check();
      if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        throw archive_error(reader_, "its content cannot be read");
      }
      write_at(fd, {static_cast<const char*>(bytes), count}, offset);
      written = offset + static_cast<la_int64_t>(count);
    }
    // A hole at the end.
    if (written < size && ::ftruncate(fd, size) != 0) {
      throw errno_error(errno, "set its size");
    }
  }

  static void write_at(int fd, std::string_view bytes, la_int64_t offset) {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), offset);
      if (n < 0) {
        if (errno == EINTR) {
          continue;
        }
        throw errno_error(errno, "write its content");
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
      offset += n;
    }
  }

  void make_symlink(archive_entry* entry, const SplitName& split) {
    const char* target = api_.entry_symlink(entry);
    if (target == nullptr || *target == '\0') {
      throw Error(Code::kCorrupt, "a symbolic link without a target");
    }
    const Attributes it = attributes_.of(entry);
    const int parent = folder_.open_folder(split.folder);
    make_at(parent, split.leaf,
            [&] { return ::symlinkat(target, parent, split.leaf.c_str()); });
    attributes_.set_at(parent, split.leaf, it, false);
  }

  void make_node(archive_entry* entry, const SplitName& split) {
    const Attributes it = attributes_.of(entry);
    const int parent = folder_.open_folder(split.folder);
    const auto type = static_cast<mode_t>(api_.entry_filetype(entry));
    const dev_t device = makedev(static_cast<unsigned>(api_.entry_rdevmajor(entry)),
                                 static_cast<unsigned>(api_.entry_rdevminor(entry)));
    make_at(parent, split.leaf, [&] {
      return ::mknodat(parent, split.leaf.c_str(), type | 0600U,
                       type == S_IFCHR || type == S_IFBLK ? device : 0);
    });
    attributes_.set_at(parent, split.leaf, it, true);
  }

  void make_link(const SplitName& split, const std::string& raw_target) {
    const std::string words = "hard link to \"" + raw_target + "\"";
    SplitName target;
    int from = -1;
    try {
      target = split_name(clean_entry_name(raw_target));
      from = folder_.open_existing(target.folder);
    } catch (const Error& e) {
      if (e.code() == Code::kNotFound) {
        throw Error(Code::kCorrupt, words + ", which is not in this layer");
      }
      throw e.while_doing(words);
    }
    const int parent = folder_.open_folder(split.folder);
    if (target.folder == split.folder && target.leaf == split.leaf) {
      return;
    }
    make_at(parent, split.leaf, [&] {
      const int result = ::linkat(from, target.leaf.c_str(), parent, split.leaf.c_str(), 0);
      if (result != 0 && errno == ENOENT) {
        throw Error(Code::kCorrupt, words + ", which is not in this layer");
      }
      return result;
    });
  }

  const ArchiveApi& api_;
  archive* reader_;
  const Feed& feed_;
  const UnpackOptions& options_;
  EntryAttributes attributes_;
  LayerFolder folder_;
};

}  // namespace

plugin::Applied unpack_layer(const std::string& folder, int tar_fd,
                             const UnpackOptions& options) {
  const ArchiveApi& api = archive_api();
  const PlainLocale locale;
  HashedStream stream(tar_fd, [&options] { return options.host->cancelled(); });
  Feed feed(stream);
  const ArchiveReader reader = new_archive_reader();
  (void)api.read_support_filter_none(reader.get());
  (void)api.read_support_format_tar(reader.get());
  (void)api.read_support_format_empty(reader.get());
  if (api.read_open(reader.get(), &feed, nullptr, &Feed::read, nullptr) != ARCHIVE_OK) {
    feed.check();
    throw archive_error(reader.get(), "the tar stream cannot be read");
  }
  Unpacker(folder, reader.get(), feed, options).run();
  feed.check();
  // What follows the archive's end counts for the digest.
  stream.drain();
  return {stream.size(), stream.digest()};
}

}  // namespace gantry::storage_overlay
