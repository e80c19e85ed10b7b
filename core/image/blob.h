// SPDX-License-Identifier: Apache-2.0
//
// Where the bytes of an image come from: an archive that was indexed once, or a folder. A
// blob is a part of an open file, so nothing is copied before it is used. Names come from
// strangers: they are looked up, never followed out of the source.
// Read by pread(2) only, so any thread may read any blob.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry::image {

struct Blob {
  std::shared_ptr<const UniqueFd> file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string name;     // for messages
  bool sparse = false;  // GNU sparse 1.0: a map of the extents, then their content

  // Up to size bytes from at; less only at the end. kCorrupt when the file is shorter than
  // it said.
  std::size_t read(std::uint64_t at, char* data, std::size_t count) const;
  // The whole; kCorrupt when it is larger than limit.
  [[nodiscard]] std::string text(std::size_t limit) const;
};

class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // nullopt when there is no such file.
  [[nodiscard]] virtual std::optional<Blob> find(const std::string& name) const = 0;
  // kCorrupt names what is missing.
  [[nodiscard]] Blob get(const std::string& name) const;
};

class DirectorySource : public BlobSource {
 public:
  explicit DirectorySource(const std::filesystem::path& path);
  [[nodiscard]] std::optional<Blob> find(const std::string& name) const override;

 private:
  UniqueFd root_;
};

// An uncompressed tar in a file that can be read at any offset.
class ArchiveSource : public BlobSource {
 public:
  // An image has some hundred files; this bounds what a hostile archive may cost.
  static constexpr std::size_t kMaxMembers = 200'000;

  // Reads all headers. kInvalid when it is not a tar, or has more files than that.
  ArchiveSource(UniqueFd file, const std::string& name, std::size_t max_members = kMaxMembers);
  [[nodiscard]] std::optional<Blob> find(const std::string& name) const override;

 private:
  struct Member {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bool sparse = false;
    std::string link;  // of a symbolic or hard link: the clean name it leads to
  };
  void index(const std::string& name, std::size_t max_members);
  std::shared_ptr<const UniqueFd> file_;
  std::unordered_map<std::string, Member> members_;
};

// "./a//b/../c" -> "a/c"; leading slashes and ".." beyond the start are dropped.
[[nodiscard]] std::string clean_member_name(std::string_view name);

}  // namespace gantry::image
