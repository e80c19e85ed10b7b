// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_export.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "core/image/blob.h"
#include "core/image/layer_split.h"
#include "core/image/spool.h"
#include "core/model/ids.h"
#include "sdk/support/digest.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

UniqueFd duplicate(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) {
    throw errno_error(errno, "duplicate a descriptor");
  }
  return copy;
}

std::uint64_t size_of(int fd) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) {
    throw errno_error(errno, "stat a temporary file");
  }
  return static_cast<std::uint64_t>(st.st_size);
}

std::string digest_of(int fd) {
  if (::lseek(fd, 0, SEEK_SET) < 0) {
    throw errno_error(errno, "rewind a temporary file");
  }
  return "sha256:" + sha256_hex_of_fd(fd, "a temporary file");
}

}  // namespace

LayerExport::LayerExport(const Context& context, const std::string& id,
                         const std::string& diff_id)
    : id_(id), diff_id_(diff_id), diff_(make_spool(context.tmp)) {
  context.storage.diff(id, diff_.get());
  const std::filesystem::path split = split_path(context.root, id);
  if (gantry::exists(split)) {
    split_ = split;
    size_ = joined_size(split);
    return;
  }
  size_ = size_of(diff_.get());
  diff_id_ = digest_of(diff_.get());
  if (diff_id_ != diff_id) {
    context.progress.say("layer " + model::short_id(id) +
                         " cannot be written as it came; the saved image gets another id");
  }
}

void LayerExport::write(const std::function<void(std::string_view)>& sink) const {
  Sha256 digest;
  const auto hashed = [&](std::string_view bytes) {
    digest.update(bytes);
    sink(bytes);
  };
  if (split_.empty()) {
    const Blob whole{std::make_shared<UniqueFd>(duplicate(diff_.get())), 0, size_,
                     "layer " + id_, false};
    std::string buffer(std::size_t{256} << 10U, '\0');
    for (std::uint64_t at = 0; at < size_;) {
      const std::size_t n = whole.read(at, buffer.data(), buffer.size());
      hashed(std::string_view(buffer).substr(0, n));
      at += n;
    }
  } else {
    // However many files: the driver wrote it.
    const ArchiveSource files(duplicate(diff_.get()), "layer " + id_,
                              std::numeric_limits<std::size_t>::max());
    join_layer(split_, files, hashed);
  }
  if (const std::string got = "sha256:" + digest.hex(); got != diff_id_) {
    throw Error(Code::kCorrupt, "layer " + id_ + " was changed on disk: its digest is " + got +
                                    ", not " + diff_id_ + "; load the image again");
  }
}

}  // namespace gantry::image
