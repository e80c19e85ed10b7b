// SPDX-License-Identifier: Apache-2.0
//
// Writes a tar stream in the PAX form (POSIX.1-2001) whose bytes depend on its entries
// alone. Names go out as they are, whatever their encoding, and only what a plain header
// cannot tell gets a PAX record; sparse files are GNU's PAX form 1.0. Owns nothing but a
// buffer; belongs to one thread.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/support/xattr.h"

namespace gantry {

// Stretches of data in a sparse file: offset and length.
using Extents = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

struct PaxEntry {
  std::string name;  // a folder's ends in a slash
  char type = '0';   // the header's typeflag
  std::string link;  // target of a hard ('1') or symbolic ('2') link
  mode_t mode = 0;   // permissions only
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  timespec modified{};
  unsigned device_major = 0;
  unsigned device_minor = 0;
  std::uint64_t size = 0;  // of the content as it is read back
  bool sparse = false;
  Extents extents;  // of a sparse file
  std::vector<Xattr> xattrs;
};

class PaxWriter {
 public:
  using Sink = std::function<void(std::string_view)>;

  explicit PaxWriter(int fd);
  // Gets the stream in large pieces, and may throw.
  explicit PaxWriter(Sink sink) : sink_(std::move(sink)) {}

  // A header; the content of size bytes (of the extents' bytes, if sparse) follows.
  void begin(const PaxEntry& entry);
  void content(std::string_view bytes);
  void end();     // of the entry
  void finish();  // of the stream

 private:
  void put(std::string_view bytes);
  void pad();
  void header(const PaxEntry& entry, const std::string& name, std::uint64_t size, char type);
  void flush();

  Sink sink_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace gantry
