// SPDX-License-Identifier: Apache-2.0
//
// Reads the structure of an uncompressed tar (ustar, PAX, GNU) without its payloads: which
// bytes are headers and padding, which belong to which file. The caller brings the bytes,
// from a stream or by seeking. One thread at a time. Broken headers are kCorrupt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gantry::image {

struct TarEntry {
  char type = '0';                     // as in the header; '\0' is told as '0'
  std::string path;                    // as written
  std::string target;                  // of links
  std::uint64_t size = 0;              // of the payload that follows
  bool sparse = false;                 // the payload is not simply the file's content
  bool sparse_map_in_payload = false;  // PAX 1.0

  [[nodiscard]] bool is_file() const { return type == '0' || type == '7' || type == 'S'; }
};

class TarParser {
 public:
  enum class Need {
    kMeta,     // need_size() bytes for meta()
    kPayload,  // need_size() bytes of entry()'s payload go by, then skipped()
    kPadding,  // need_size() bytes without meaning, then skipped()
    kEnd,      // whatever follows is no part of the archive
  };

  [[nodiscard]] Need need() const noexcept { return need_; }
  [[nodiscard]] std::uint64_t need_size() const noexcept { return size_; }

  // Exactly need_size() bytes. True when an entry is now known: entry() describes it.
  bool meta(std::string_view bytes);
  void skipped();
  [[nodiscard]] const TarEntry& entry() const noexcept { return entry_; }

 private:
  // What the extension headers before an entry said of it.
  struct Overrides {
    std::optional<std::string> path;
    std::optional<std::string> target;
    std::optional<std::uint64_t> size;
    std::optional<std::string> sparse_path;
    bool sparse = false;
    bool map_in_payload = false;
  };

  bool header(std::string_view block);
  void extension(std::string_view body);
  void pax(std::string_view records, Overrides& into);
  bool entry_known();
  void want(Need need, std::uint64_t size);
  void want_header();

  Need need_ = Need::kMeta;
  std::uint64_t size_ = 512;
  std::uint64_t body_size_ = 0;  // of the extension whose body is awaited
  char extension_ = '\0';        // 'x' 'g' 'L' 'K', 'S' for a GNU sparse continuation
  int zero_blocks_ = 0;
  TarEntry entry_;
  Overrides next_;
  Overrides global_;
};

}  // namespace gantry::image
