// SPDX-License-Identifier: Apache-2.0
#include "sdk/conformance/tar.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

namespace gantry::conformance {

namespace {

constexpr std::size_t kBlock = 512;

// The header of POSIX ustar interchange format.
struct Header {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char user[32];
  char group[32];
  char major[8];
  char minor[8];
  char prefix[155];
  char padding[12];
};
static_assert(sizeof(Header) == kBlock);

template <std::size_t kSize>
void put_octal(char (&field)[kSize], std::uint64_t value) {
  char digits[32];
  std::snprintf(digits, sizeof(digits), "%0*llo", static_cast<int>(kSize - 1),
                static_cast<unsigned long long>(value));
  std::memcpy(field, digits, kSize - 1);
}

template <std::size_t kSize>
std::uint64_t get_octal(const char (&field)[kSize]) {
  std::uint64_t value = 0;
  for (const char c : field) {
    if (c >= '0' && c <= '7') {
      value = value * 8 + static_cast<std::uint64_t>(c - '0');
    } else if (c == '\0') {
      break;
    }
  }
  return value;
}

template <std::size_t kSize>
std::string get_text(const char (&field)[kSize]) {
  return {field, ::strnlen(field, kSize)};
}

void append_padded(std::string& to, std::string_view content) {
  to.append(content);
  to.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

void append_header(std::string& to, const TarEntry& entry, std::size_t size) {
  Header header{};
  std::memcpy(header.name, entry.name.data(), std::min(entry.name.size(), sizeof(header.name)));
  std::memcpy(header.link, entry.link.data(), std::min(entry.link.size(), sizeof(header.link)));
  put_octal(header.mode, entry.mode);
  put_octal(header.uid, entry.uid);
  put_octal(header.gid, entry.gid);
  put_octal(header.size, size);
  put_octal(header.mtime, static_cast<std::uint64_t>(entry.mtime));
  put_octal(header.major, entry.major);
  put_octal(header.minor, entry.minor);
  header.type = entry.type;
  std::memcpy(header.magic, "ustar", 6);
  std::memcpy(header.version, "00", 2);
  std::memset(header.checksum, ' ', sizeof(header.checksum));
  unsigned sum = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
  for (std::size_t i = 0; i < sizeof(header); ++i) {
    sum += bytes[i];
  }
  std::snprintf(header.checksum, sizeof(header.checksum), "%06o", sum);
  to.append(reinterpret_cast<const char*>(&header), sizeof(header));
}

// "LENGTH key=value\n", where LENGTH counts itself.
std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  std::size_t length = rest.size();
  while (std::to_string(length).size() + rest.size() != length) {
    length = std::to_string(length).size() + rest.size();
  }
  return std::to_string(length) + rest;
}

std::map<std::string, std::string> parse_pax(std::string_view records) {
  std::map<std::string, std::string> pax;
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    const std::size_t length = std::stoul(std::string(records.substr(0, space)));
    if (space == std::string_view::npos || length > records.size() || length < space + 2) {
      throw Error(Code::kCorrupt, "a PAX record is malformed");
    }
    const std::string_view record = records.substr(space + 1, length - space - 2);
    const std::size_t equals = record.find('=');
    pax[std::string(record.substr(0, equals))] = record.substr(equals + 1);
    records.remove_prefix(length);
  }
  return pax;
}

}  // namespace

TarEntry tar_file(const std::string& name, const std::string& content) {
  TarEntry entry;
  entry.name = name;
  entry.content = content;
  return entry;
}

TarEntry tar_folder(const std::string& name) {
  TarEntry entry;
  entry.name = name;
  entry.type = '5';
  entry.mode = 0755;
  return entry;
}

TarEntry tar_link(char type, const std::string& name, const std::string& target) {
  TarEntry entry;
  entry.name = name;
  entry.type = type;
  entry.link = target;
  return entry;
}

std::string make_tar(const std::vector<TarEntry>& entries) {
  std::string archive;
  for (const TarEntry& entry : entries) {
    std::string records;
    for (const auto& [key, value] : entry.pax) {
      records += pax_record(key, value);
    }
    if (entry.name.size() > 100) {
      records += pax_record("path", entry.name);
    }
    if (!records.empty()) {
      TarEntry header;
      header.name = "PaxHeader";
      header.type = 'x';
      append_header(archive, header, records.size());
      append_padded(archive, records);
    }
    append_header(archive, entry, entry.content.size());
    append_padded(archive, entry.content);
  }
  archive.append(2 * kBlock, '\0');
  return archive;
}

std::vector<TarEntry> read_tar(std::string_view archive) {
  std::vector<TarEntry> entries;
  std::map<std::string, std::string> pax;
  while (archive.size() >= kBlock) {
    Header header{};
    std::memcpy(&header, archive.data(), sizeof(header));
    archive.remove_prefix(kBlock);
    if (header.name[0] == '\0') {
      return entries;
    }
    const std::uint64_t size = get_octal(header.size);
    const std::uint64_t padded = (size + kBlock - 1) / kBlock * kBlock;
    if (std::memcmp(header.magic, "ustar", 5) != 0 || padded > archive.size()) {
      throw Error(Code::kCorrupt, "the stream is not a whole tar archive");
    }
    const std::string content(archive.substr(0, size));
    archive.remove_prefix(padded);
    if (header.type == 'x' || header.type == 'g') {
      pax = parse_pax(content);
      continue;
    }
    TarEntry entry;
    entry.name = get_text(header.name);
    if (const std::string prefix = get_text(header.prefix); !prefix.empty()) {
      entry.name = prefix + "/" + entry.name;
    }
    entry.type = header.type == '\0' ? '0' : header.type;
    entry.link = pax.contains("linkpath") ? pax["linkpath"] : get_text(header.link);
    entry.name = pax.contains("path") ? pax["path"] : entry.name;
    entry.content = content;
    entry.mode = static_cast<unsigned>(get_octal(header.mode));
    entry.uid = static_cast<unsigned>(get_octal(header.uid));
    entry.gid = static_cast<unsigned>(get_octal(header.gid));
    entry.mtime = static_cast<std::int64_t>(get_octal(header.mtime));
    entry.pax = std::exchange(pax, {});
    entries.push_back(std::move(entry));
  }
  throw Error(Code::kCorrupt, "the tar stream does not end with two zero blocks");
}

}  // namespace gantry::conformance
