// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_split.h"

#include <fcntl.h>
#include <unistd.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <utility>

#include "core/image/zlib_file.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;

std::string encode(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xffU);
    value >>= 8U;
  }
  return bytes;
}

std::filesystem::path temporary_of(const std::filesystem::path& file) {
  return file.string() + ".tmp." + std::to_string(::getpid());
}

}  // namespace

struct SplitWriter::Output {
  explicit Output(const std::filesystem::path& path)
      : file(open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600),
             GzipFile::Mode::kWriteFast, path.string()) {}
  GzipFile file;
};

SplitWriter::SplitWriter(std::filesystem::path file)
    : file_(std::move(file)), output_(std::make_unique<Output>(temporary_of(file_))) {
  output_->file.write(kSplitMagic);
}

SplitWriter::~SplitWriter() { give_up(); }

void SplitWriter::give_up() noexcept {
  if (output_) {
    output_.reset();
    (void)::unlink(temporary_of(file_).c_str());
  }
}

void SplitWriter::feed(std::string_view bytes) {
  if (!output_) {
    return;
  }
  try {
    while (!bytes.empty() && output_) {
      step(bytes);
    }
  } catch (const Error& e) {
    // A tar this parser cannot follow may still be one that the driver can unpack.
    if (e.code() != Code::kCorrupt) {
      throw;
    }
    give_up();
  }
}

void SplitWriter::step(std::string_view& bytes) {
  const TarParser::Need need = parser_.need();
  if (need == TarParser::Need::kEnd) {
    keep(bytes);
    bytes = {};
    return;
  }
  if (need == TarParser::Need::kMeta) {
    const std::size_t n =
        std::min<std::uint64_t>(bytes.size(), parser_.need_size() - meta_.size());
    meta_.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    if (meta_.size() == parser_.need_size()) {
      keep(meta_);
      const bool known = parser_.meta(meta_);
      meta_.clear();
      if (known) {
        entry();
      }
      left_ = parser_.need_size();
    }
    return;
  }
  const std::size_t n = std::min<std::uint64_t>(bytes.size(), left_);
  if (need == TarParser::Need::kPadding || keep_payload_) {
    keep(bytes.substr(0, n));
  }
  bytes.remove_prefix(n);
  left_ -= n;
  if (left_ == 0) {
    parser_.skipped();
    left_ = parser_.need_size();
  }
}

void SplitWriter::entry() {
  const TarEntry& entry = parser_.entry();
  const std::string path = clean_member_name(entry.path);
  const bool is_folder = entry.type == '5';
  const bool is_new = is_folder ? (folders_.insert(path), true) : paths_.insert(path).second;
  if (!is_new || (is_folder ? paths_ : folders_).contains(path)) {
    give_up();
    return;
  }
  keep_payload_ = !entry.is_file() || entry.sparse;
  if (keep_payload_ || entry.size == 0) {
    return;
  }
  flush();
  output_->file.write({&kSplitFile, 1});
  output_->file.write(encode(entry.size));
  output_->file.write(encode(path.size()));
  output_->file.write(path);
}

void SplitWriter::keep(std::string_view bytes) {
  pending_.append(bytes);
  if (pending_.size() >= kChunk) {
    flush();
  }
}

void SplitWriter::flush() {
  if (pending_.empty()) {
    return;
  }
  output_->file.write({&kSplitMeta, 1});
  output_->file.write(encode(pending_.size()));
  output_->file.write(pending_);
  pending_.clear();
}

void SplitWriter::finish() {
  if (!output_) {
    return;
  }
  keep(meta_);
  flush();
  output_->file.finish();
  // A record may name the layer after a power cut only if this is there, too.
  const UniqueFd written = open_file(temporary_of(file_), O_RDONLY);
  if (::fsync(written.get()) != 0) {
    throw errno_error(errno, "sync " + file_.string());
  }
  std::filesystem::rename(temporary_of(file_), file_);
  output_.reset();
}

std::filesystem::path split_path(const std::filesystem::path& root, const std::string& layer) {
  return root / "split" / (layer + ".gz");
}

}  // namespace gantry::image
