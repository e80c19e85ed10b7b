// SPDX-License-Identifier: Apache-2.0
#include "core/image/tar_parser.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace gantry::image {

namespace {

constexpr std::uint64_t kBlock = 512;
// PAX records carry extended attributes, which the kernel bounds to 64 KiB each.
constexpr std::uint64_t kMaxExtension = std::uint64_t{16} << 20U;

std::uint64_t rounded(std::uint64_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

Error broken(const std::string& what) { return {Code::kCorrupt, "not a tar archive: " + what}; }

// A NUL-terminated field.
std::string_view field(std::string_view block, std::size_t at, std::size_t size) {
  const std::string_view raw = block.substr(at, size);
  return raw.substr(0, std::min(raw.find('\0'), raw.size()));
}

// Octal digits, or GNU's base 256 when the first bit is set.
std::uint64_t number(std::string_view block, std::size_t at, std::size_t size) {
  const std::string_view raw = block.substr(at, size);
  const auto first = static_cast<unsigned char>(raw.front());
  std::uint64_t value = 0;
  if ((first & 0x80U) != 0) {
    if ((first & 0x40U) != 0) {
      throw broken("a number is negative");
    }
    value = first & 0x3fU;
    for (const char c : raw.substr(1)) {
      if (value >> 55U != 0) {
        throw broken("a number is too large");
      }
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  for (const char c : raw) {
    if (c >= '0' && c <= '7') {
      value = value << 3U | static_cast<unsigned>(c - '0');
    } else if (c != ' ' && c != '\0') {
      throw broken("a number holds other characters");
    } else if (value != 0) {
      break;
    }
  }
  return value;
}

bool checksum_holds(std::string_view block) {
  std::uint64_t unsigned_sum = 0;
  std::int64_t signed_sum = 0;  // as some old archivers computed it
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : block[i];
    unsigned_sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<signed char>(c);
  }
  const std::uint64_t stored = number(block, 148, 8);
  return stored == unsigned_sum ||
         (signed_sum >= 0 && stored == static_cast<std::uint64_t>(signed_sum));
}

std::uint64_t decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw broken("\"" + std::string(text.substr(0, 32)) + "\" is not a number");
  }
  return value;
}

}  // namespace

void TarParser::want(Need need, std::uint64_t size) {
  need_ = need;
  size_ = size;
}

void TarParser::want_header() { want(Need::kMeta, kBlock); }

bool TarParser::meta(std::string_view bytes) {
  if (extension_ == 'S') {
    // A continuation of GNU's sparse map; one byte says whether another follows.
    if (bytes[504] != '\0') {
      return false;
    }
    extension_ = '\0';
    return entry_known();
  }
  if (extension_ != '\0') {
    extension(bytes.substr(0, body_size_));
    extension_ = '\0';
    want_header();
    return false;
  }
  return header(bytes);
}

void TarParser::skipped() {
  if (need_ == Need::kPayload) {
    const std::uint64_t padding = rounded(entry_.size) - entry_.size;
    if (padding != 0) {
      want(Need::kPadding, padding);
      return;
    }
  }
  want_header();
}

bool TarParser::header(std::string_view block) {
  if (block.find_first_not_of('\0') == std::string_view::npos) {
    if (++zero_blocks_ == 2) {
      want(Need::kEnd, 0);
    }
    return false;
  }
  zero_blocks_ = 0;
  if (!checksum_holds(block)) {
    throw broken("the checksum of a header does not hold");
  }
  const char type = block[156] == '\0' ? '0' : block[156];
  const std::uint64_t size = number(block, 124, 12);
  if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
    if (size > kMaxExtension) {
      throw broken("an extension header is larger than 16 MiB");
    }
    extension_ = type;
    body_size_ = size;
    if (size == 0) {
      extension_ = '\0';
      return false;
    }
    want(Need::kMeta, rounded(size));
    return false;
  }
  entry_ = TarEntry{};
  entry_.type = type;
  entry_.size = size;
  const std::string_view prefix =
      block.substr(257, 6) == std::string_view("ustar\0", 6) ? field(block, 345, 155) : "";
  entry_.path = prefix.empty() ? "" : std::string(prefix) + "/";
  entry_.path += field(block, 0, 100);
  entry_.target = field(block, 157, 100);
  if (type == 'S') {
    entry_.sparse = true;
    if (block[482] != '\0') {
      extension_ = 'S';
      want(Need::kMeta, kBlock);
      return false;
    }
  }
  return entry_known();
}

bool TarParser::entry_known() {
  const auto pick = [&](auto member) -> const auto& {
    return (next_.*member) ? next_.*member : global_.*member;
  };
  if (const auto& path = pick(&Overrides::path)) {
    entry_.path = *path;
  }
  if (const auto& target = pick(&Overrides::target)) {
    entry_.target = *target;
  }
  if (const auto& size = pick(&Overrides::size)) {
    entry_.size = *size;
  }
  if (next_.sparse) {
    entry_.sparse = true;
    entry_.sparse_map_in_payload = next_.map_in_payload;
    if (next_.sparse_path) {
      entry_.path = *next_.sparse_path;
    }
  }
  next_ = Overrides{};
  // Links, devices and folders have no payload, whatever their size says.
  if (entry_.type >= '1' && entry_.type <= '6') {
    entry_.size = 0;
  }
  if (entry_.size > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 2) {
    throw broken("a member is larger than any disk");
  }
  if (entry_.size != 0) {
    want(Need::kPayload, entry_.size);
  } else {
    want_header();
  }
  return true;
}

void TarParser::extension(std::string_view body) {
  switch (extension_) {
    case 'x':
      pax(body, next_);
      break;
    case 'g':
      pax(body, global_);
      break;
    case 'L':
      next_.path = field(body, 0, body.size());
      break;
    default:
      next_.target = field(body, 0, body.size());
  }
}

void TarParser::pax(std::string_view records, Overrides& into) {
  // Each record is "LENGTH KEY=VALUE\n", its length counting itself.
  while (!records.empty() && records.front() != '\0') {
    const std::size_t space = records.find(' ');
    if (space == std::string_view::npos || space == 0 || space > 20) {
      throw broken("a PAX record has no length");
    }
    const std::uint64_t length = decimal(records.substr(0, space));
    if (length > records.size() || length < space + 3 || records[length - 1] != '\n') {
      throw broken("a PAX record has the wrong length");
    }
    const std::string_view record = records.substr(space + 1, length - space - 2);
    records.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) {
      throw broken("a PAX record has no value");
    }
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") {
      into.path = value;
    } else if (key == "linkpath") {
      into.target = value;
    } else if (key == "size") {
      into.size = decimal(value);
    } else if (key.starts_with("GNU.sparse.")) {
      into.sparse = true;
      if (key == "GNU.sparse.name") {
        into.sparse_path = value;
      } else if (key == "GNU.sparse.major") {
        into.map_in_payload = value == "1";
      }
    }
  }
}

}  // namespace gantry::image
