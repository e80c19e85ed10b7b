// SPDX-License-Identifier: Apache-2.0
//
// Walks a tree and writes each file as an entry; behind pack().
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/tree/compressor.h"
#include "core/tree/pack.h"
#include "sdk/support/pax_writer.h"

namespace gantry::tree {

class TreeWriter {
 public:
  // options outlives it.
  TreeWriter(int out, const PackOptions& options, std::string shown);

  // What fd (O_PATH) stands for, under this name in the archive; a folder with all it holds.
  void add(int fd, const std::string& name);
  // What the folder holds.
  void add_content(int folder, const std::string& name);
  void finish();

 private:
  // Without what a folder holds; answers whether it is one.
  bool add_one(int fd, const std::string& name);
  // All but what its kind adds.
  [[nodiscard]] PaxEntry describe(const struct stat& info, const std::string& name) const;
  [[nodiscard]] std::vector<Xattr> xattrs_of(int fd) const;
  void write_file(int fd, PaxEntry entry, const struct stat& info);
  // True: the entry is now a link to one that was written before.
  bool link_to_earlier(const struct stat& info, PaxEntry& entry);

  const PackOptions& options_;
  std::string shown_;
  Compressor out_;
  PaxWriter tar_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;  // first name of linked files
};

}  // namespace gantry::tree
