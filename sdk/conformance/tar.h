// SPDX-License-Identifier: Apache-2.0
//
// Just enough of the tar format to feed a storage plug-in and to read what it wrote: ustar
// with PAX records. Written by hand, so that the kit judges with its own eyes and can make
// archives that no library would.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::conformance {

struct TarEntry {
  std::string name;
  char type =
      '0';  // '0' file, '1' hard link, '2' symbolic link, '3' char, '5' folder, '6' fifo
  std::string content;
  std::string link;
  unsigned mode = 0644;
  unsigned uid = 0;
  unsigned gid = 0;
  std::int64_t mtime = 1'600'000'000;
  unsigned major = 0;
  unsigned minor = 0;
  std::map<std::string, std::string> pax;  // written before the entry
};

[[nodiscard]] TarEntry tar_file(const std::string& name, const std::string& content);
[[nodiscard]] TarEntry tar_folder(const std::string& name);
[[nodiscard]] TarEntry tar_link(char type, const std::string& name, const std::string& target);

// The whole archive with its two zero blocks.
[[nodiscard]] std::string make_tar(const std::vector<TarEntry>& entries);

// The entries with PAX names and links applied; throws on what is not a tar archive.
[[nodiscard]] std::vector<TarEntry> read_tar(std::string_view archive);

}  // namespace gantry::conformance
