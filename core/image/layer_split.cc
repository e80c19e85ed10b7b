// SPDX-License-Identifier: Apache-2.0
//
// The file: a magic line, then records, all in one gzip stream.
//   'M' length(8) bytes          the tar's own bytes
//   'F' size(8) length(8) path   the content of a file
// Numbers are little-endian.
#include "core/image/layer_split.h"

#include <fcntl.h>
#include <unistd.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "core/image/zlib_file.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

constexpr std::string_view kMagic = "gantry layer split 1\n";
constexpr std::size_t kChunk = std::size_t{256} << 10U;
constexpr std::uint64_t kMaxPath = std::uint64_t{1} << 20U;

std::string encode(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xffU);
    value >>= 8U;
  }
  return bytes;
}

std::uint64_t read_number(GzipFile& file) {
  std::array<char, 8> bytes{};
  file.read(bytes.data(), bytes.size());
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes.at(i));
  }
  return value;
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
  output_->file.write(kMagic);
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
  if (entry.type != '5' && !paths_.insert(path).second) {
    give_up();
    return;
  }
  keep_payload_ = !entry.is_file() || entry.sparse;
  if (keep_payload_ || entry.size == 0) {
    return;
  }
  flush();
  output_->file.write("F");
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
  output_->file.write("M");
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

namespace {

// A part of a file that is not a hole.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// Numbers, one a line, at the front of a sparse member (GNU sparse format 1.0).
class SparseMap {
 public:
  explicit SparseMap(const Blob& blob) : blob_(blob) {
    const std::uint64_t count = number();
    if (count > blob.size / 2) {
      throw broken();
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      Extent extent;
      extent.offset = number();
      extent.size = number();
      extents_.push_back(extent);
    }
    data_ = (at_ + 511) / 512 * 512;
  }
  [[nodiscard]] const std::vector<Extent>& extents() const { return extents_; }
  [[nodiscard]] std::uint64_t data() const { return data_; }
  [[nodiscard]] Error broken() const {
    return {Code::kCorrupt, blob_.name + " has a broken map of its holes"};
  }

 private:
  std::uint64_t number() {
    std::string digits;
    for (char c = '\0';;) {
      if (blob_.read(at_++, &c, 1) != 1 || digits.size() > 20) {
        throw broken();
      }
      if (c == '\n') {
        break;
      }
      digits.push_back(c);
    }
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      throw broken();
    }
    return value;
  }

  const Blob& blob_;
  std::vector<Extent> extents_;
  std::uint64_t at_ = 0;
  std::uint64_t data_ = 0;
};

void write_range(const Blob& blob, std::uint64_t at, std::uint64_t size,
                 const WriteFunction& write) {
  std::string buffer(std::min<std::uint64_t>(size, kChunk), '\0');
  while (size > 0) {
    const std::size_t n =
        blob.read(at, buffer.data(), std::min<std::uint64_t>(size, buffer.size()));
    if (n == 0) {
      throw Error(Code::kCorrupt, blob.name + " is cut short");
    }
    write(std::string_view(buffer).substr(0, n));
    at += n;
    size -= n;
  }
}

void write_zeros(std::uint64_t size, const WriteFunction& write) {
  const std::string zeros(std::min<std::uint64_t>(size, kChunk), '\0');
  while (size > 0) {
    const std::size_t n = std::min<std::uint64_t>(size, zeros.size());
    write(std::string_view(zeros).substr(0, n));
    size -= n;
  }
}

// The file's content, its holes as zeros; its size is what the tar said.
void write_content(const Blob& blob, std::uint64_t size, const WriteFunction& write) {
  if (!blob.sparse) {
    if (blob.size != size) {
      throw Error(Code::kCorrupt, blob.name + " has " + std::to_string(blob.size) +
                                      " bytes, not the " + std::to_string(size) +
                                      " it came with; the layer was changed");
    }
    write_range(blob, 0, size, write);
    return;
  }
  const SparseMap map(blob);
  std::uint64_t at = 0;
  std::uint64_t data = map.data();
  for (const Extent& extent : map.extents()) {
    if (extent.offset < at || extent.offset > size || extent.size > size - extent.offset) {
      throw map.broken();
    }
    write_zeros(extent.offset - at, write);
    write_range(blob, data, extent.size, write);
    data += extent.size;
    at = extent.offset + extent.size;
  }
  write_zeros(size - at, write);
}

// Reads the records of a split, one after the other.
class SplitReader {
 public:
  explicit SplitReader(const std::filesystem::path& split)
      : file_(open_file(split, O_RDONLY), GzipFile::Mode::kRead, split.string()),
        name_(split.string()) {
    std::string magic(kMagic.size(), '\0');
    file_.read(magic.data(), magic.size());
    if (magic != kMagic) {
      throw damaged();
    }
  }
  // False at the end. For a file, path is set; of own bytes, size() of them follow by
  // bytes().
  bool next() {
    char kind = '\0';
    if (file_.read_some(&kind, 1) != 1) {
      return false;
    }
    size_ = read_number(file_);
    path_.clear();
    if (kind == 'F') {
      const std::uint64_t length = read_number(file_);
      if (length == 0 || length > kMaxPath) {
        throw damaged();
      }
      path_.resize(length);
      file_.read(path_.data(), path_.size());
    } else if (kind != 'M') {
      throw damaged();
    }
    return true;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  void bytes(const WriteFunction& write) {
    buffer_.resize(kChunk);
    for (std::uint64_t left = size_; left > 0;) {
      const std::size_t n = std::min<std::uint64_t>(left, buffer_.size());
      file_.read(buffer_.data(), n);
      write(std::string_view(buffer_).substr(0, n));
      left -= n;
    }
  }

 private:
  [[nodiscard]] Error damaged() const { return {Code::kCorrupt, name_ + " is damaged"}; }

  GzipFile file_;
  std::string name_;
  std::string path_;
  std::uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace

void join_layer(const std::filesystem::path& split, const BlobSource& files,
                const WriteFunction& write) {
  for (SplitReader reader(split); reader.next();) {
    if (reader.path().empty()) {
      reader.bytes(write);
      continue;
    }
    const std::optional<Blob> blob = files.find(reader.path());
    if (!blob) {
      throw Error(Code::kCorrupt, reader.path() + " is gone from the layer");
    }
    write_content(*blob, reader.size(), write);
  }
}

std::uint64_t joined_size(const std::filesystem::path& split) {
  std::uint64_t all = 0;
  for (SplitReader reader(split); reader.next();) {
    all += reader.size();
    if (reader.path().empty()) {
      reader.bytes([](std::string_view) {});
    }
  }
  return all;
}

std::filesystem::path split_path(const std::filesystem::path& root, const std::string& layer) {
  return root / "split" / (layer + ".gz");
}

}  // namespace gantry::image
