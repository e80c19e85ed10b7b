// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/pax_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "sdk/support/files.h"
#include "sdk/support/utf8.h"

namespace gantry {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kBufferSize = 256 * 1024;
constexpr std::size_t kNameSize = 100;
constexpr std::uint64_t kLargestId = 07777777;
constexpr std::uint64_t kLargestSize = 077777777777;

// struct header of POSIX.1-1988, by offset and width.
struct Field {
  std::size_t offset;
  std::size_t width;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kUid{108, 8};
constexpr Field kGid{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kSum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kLink{157, 100};
constexpr Field kMagic{257, 8};
constexpr Field kMajor{329, 8};
constexpr Field kMinor{337, 8};

using Header = std::array<char, kBlock>;

void set_text(Header& header, Field field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), field.width),
              header.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

// What does not fit is told in a PAX record instead and left 0 here.
void set_number(Header& header, Field field, std::uint64_t value, std::uint64_t largest) {
  std::array<char, 24> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "%0*llo", static_cast<int>(field.width - 1),
                    static_cast<unsigned long long>(value > largest ? 0 : value));
  set_text(header, field, {text.data(), static_cast<std::size_t>(n)});
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
void add_record(std::string& records, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) {
    length = std::to_string(length).size() + rest;
  }
  records += std::to_string(length);
  records += ' ';
  records += key;
  records += '=';
  records += value;
  records += '\n';
}

bool is_plain(std::string_view text) {
  return text.size() <= kNameSize && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x80;
         });
}

std::string decimal(const timespec& time) {
  std::int64_t seconds = time.tv_sec;
  std::int64_t nanos = time.tv_nsec;
  std::string sign;
  if (seconds < 0) {
    sign = "-";
    seconds = -seconds;
    if (nanos > 0) {
      seconds -= 1;
      nanos = 1'000'000'000 - nanos;
    }
  }
  std::string text = sign + std::to_string(seconds);
  if (nanos != 0) {
    std::string fraction = std::to_string(nanos);
    fraction.insert(0, 9 - fraction.size(), '0');
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text;
}

bool time_fits(const timespec& time) {
  return time.tv_nsec == 0 && time.tv_sec >= 0 &&
         static_cast<std::uint64_t>(time.tv_sec) <= kLargestSize;
}

// The map that opens a sparse file's content: a count, then offsets and lengths, each on a
// line, filled up to whole blocks.
std::string sparse_map(const PaxEntry& entry) {
  std::string map = std::to_string(entry.extents.size()) + "\n";
  for (const auto& [offset, length] : entry.extents) {
    map += std::to_string(offset) + "\n" + std::to_string(length) + "\n";
  }
  map.resize((map.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return map;
}

std::string records_of(const PaxEntry& entry, std::uint64_t size) {
  std::string records;
  // PAX names are UTF-8 unless this is said first. GNU tar warns that it does not know the
  // word, so only the names that need it get it.
  if (!is_utf8(entry.name) || !is_utf8(entry.link)) {
    add_record(records, "hdrcharset", "BINARY");
  }
  if (entry.sparse) {
    add_record(records, "GNU.sparse.major", "1");
    add_record(records, "GNU.sparse.minor", "0");
    add_record(records, "GNU.sparse.name", entry.name);
    add_record(records, "GNU.sparse.realsize", std::to_string(entry.size));
  } else if (!is_plain(entry.name)) {
    add_record(records, "path", entry.name);
  }
  if (!is_plain(entry.link)) {
    add_record(records, "linkpath", entry.link);
  }
  if (size > kLargestSize) {
    add_record(records, "size", std::to_string(size));
  }
  if (entry.uid > kLargestId) {
    add_record(records, "uid", std::to_string(entry.uid));
  }
  if (entry.gid > kLargestId) {
    add_record(records, "gid", std::to_string(entry.gid));
  }
  if (!time_fits(entry.modified)) {
    add_record(records, "mtime", decimal(entry.modified));
  }
  for (const Xattr& xattr : entry.xattrs) {
    add_record(records, "SCHILY.xattr." + xattr.name, xattr.value);
  }
  return records;
}

}  // namespace

PaxWriter::PaxWriter(int fd)
    : sink_([fd](std::string_view bytes) { write_all(fd, bytes, "the tar stream"); }) {}

void PaxWriter::put(std::string_view bytes) {
  buffer_ += bytes;
  written_ += bytes.size();
  if (buffer_.size() >= kBufferSize) {
    flush();
  }
}

void PaxWriter::flush() {
  sink_(buffer_);
  buffer_.clear();
}

void PaxWriter::pad() {
  const std::size_t over = static_cast<std::size_t>(written_ % kBlock);
  if (over != 0) {
    put(std::string(kBlock - over, '\0'));
  }
}

void PaxWriter::header(const PaxEntry& entry, const std::string& name, std::uint64_t size,
                       char type) {
  Header header{};
  set_text(header, kName, name);
  set_number(header, kMode, entry.mode, kLargestId);
  set_number(header, kUid, entry.uid, kLargestId);
  set_number(header, kGid, entry.gid, kLargestId);
  set_number(header, kSize, size, kLargestSize);
  const std::int64_t seconds = entry.modified.tv_sec;
  set_number(header, kTime, seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds),
             kLargestSize);
  header.at(kType.offset) = type;
  if (type == '1' || type == '2') {
    set_text(header, kLink, entry.link);
  }
  set_text(header, kMagic, std::string_view("ustar\00000", 8));
  set_number(header, kMajor, entry.device_major, kLargestId);
  set_number(header, kMinor, entry.device_minor, kLargestId);
  std::fill_n(header.begin() + static_cast<std::ptrdiff_t>(kSum.offset), kSum.width, ' ');
  unsigned sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%06o", sum);
  set_text(header, kSum, {text.data(), 7});
  put({header.data(), header.size()});
}

void PaxWriter::begin(const PaxEntry& entry) {
  std::uint64_t size = entry.size;
  std::string map;
  if (entry.sparse) {
    map = sparse_map(entry);
    size = map.size();
    for (const auto& extent : entry.extents) {
      size += extent.second;
    }
  }
  const std::string records = records_of(entry, size);
  if (!records.empty()) {
    PaxEntry extra;
    extra.mode = 0644;
    header(extra, "PaxHeaders.0/" + entry.name.substr(0, 80), records.size(), 'x');
    put(records);
    pad();
  }
  header(entry, entry.name, size, entry.type);
  put(map);
}

void PaxWriter::content(std::string_view bytes) { put(bytes); }

void PaxWriter::end() { pad(); }

void PaxWriter::finish() {
  put(std::string(2 * kBlock, '\0'));
  flush();
}

}  // namespace gantry
