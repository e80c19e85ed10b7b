// SPDX-License-Identifier: Apache-2.0
//
// An image must leave the store as it came: its id is a digest over digests of the tars its
// layers were. The files of a layer are on disk, unpacked; what the tar was besides (headers,
// their order, padding, trailer) is kept here, compressed, about 50 bytes a file. Both
// together give the same tar again, byte for byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/image/blob.h"
#include "core/image/tar_parser.h"

namespace gantry::image {

// The file of a split: a magic line, then records, all in one gzip stream. Numbers are
// little-endian, 8 bytes.
//   kSplitMeta length bytes      the tar's own bytes
//   kSplitFile size length path  the content of a file
inline constexpr std::string_view kSplitMagic = "gantry layer split 1\n";
inline constexpr char kSplitMeta = 'M';
inline constexpr char kSplitFile = 'F';

// Takes a tar as it streams by. Belongs to one thread. A tar that cannot be split (it has two
// things of one name, so that only the second stays) is no failure: nothing is kept of it.
class SplitWriter {
 public:
  // file: where the split goes at finish(); its folder exists.
  explicit SplitWriter(std::filesystem::path file);
  SplitWriter(const SplitWriter&) = delete;
  SplitWriter& operator=(const SplitWriter&) = delete;
  ~SplitWriter();

  void feed(std::string_view bytes);
  void finish();

 private:
  struct Output;
  void give_up() noexcept;
  void step(std::string_view& bytes);
  void entry();
  void keep(std::string_view bytes);
  void flush();

  std::filesystem::path file_;
  std::unique_ptr<Output> output_;  // null: given up
  TarParser parser_;
  std::unordered_set<std::string> paths_;  // of all but folders
  std::unordered_set<std::string> folders_;
  std::string meta_;        // headers collected for the parser
  std::string pending_;     // bytes to keep, not written yet
  std::uint64_t left_ = 0;  // of the payload or padding going by
  bool keep_payload_ = false;
};

using WriteFunction = std::function<void(std::string_view)>;

// Writes the tar again. files: an archive of the layer's files, as Storage::diff gives it.
// kCorrupt when a file is gone or changed its size.
void join_layer(const std::filesystem::path& split, const BlobSource& files,
                const WriteFunction& write);

// How long that tar is.
[[nodiscard]] std::uint64_t joined_size(const std::filesystem::path& split);

// Where the split of a layer is, if it has one.
[[nodiscard]] std::filesystem::path split_path(const std::filesystem::path& root,
                                               const std::string& layer);

}  // namespace gantry::image
