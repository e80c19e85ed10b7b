// SPDX-License-Identifier: Apache-2.0
//
// join_layer and joined_size: the way back from a split to the tar.
#include <fcntl.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "core/image/layer_split.h"
#include "core/image/zlib_file.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;
constexpr std::uint64_t kMaxPath = std::uint64_t{1} << 20U;

std::uint64_t read_number(GzipFile& file) {
  std::array<char, 8> bytes{};
  file.read(bytes.data(), bytes.size());
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes.at(i));
  }
  return value;
}

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
    std::string magic(kSplitMagic.size(), '\0');
    file_.read(magic.data(), magic.size());
    if (magic != kSplitMagic) {
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
    if (kind == kSplitFile) {
      const std::uint64_t length = read_number(file_);
      if (length == 0 || length > kMaxPath) {
        throw damaged();
      }
      path_.resize(length);
      file_.read(path_.data(), path_.size());
    } else if (kind != kSplitMeta) {
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

}  // namespace gantry::image
