// SPDX-License-Identifier: Apache-2.0
//
// A file or a folder as a tar stream, by descriptors alone: no link below it is followed.
// Keeps modes, numeric owners, times, hard links, extended attributes, devices and fifos;
// sockets have no place in an archive and are left out. Any thread; blocks while the reader
// at the other end of the stream is slow. kIo, kPermission name the file.
#pragma once

#include <string>
#include <vector>

#include "core/model/id_mapping.h"

namespace gantry::tree {

enum class Compression { kNone, kGzip, kZstd };

struct PackOptions {
  // What source is called in the archive; empty: what the folder holds, without itself.
  std::string name = {};
  model::IdMapping mapping = {};  // whose container's ids the archive tells; else the host's
  bool devices = true;            // else they are left out, and a warning says so
  Compression compression = Compression::kNone;
};

// source: any descriptor (O_PATH is enough). shown names it in messages.
void pack(int source, const PackOptions& options, int out, const std::string& shown);

// Several of them in one archive, each under a name of its own.
struct PackSource {
  int fd;
  std::string name;
};
void pack(const std::vector<PackSource>& sources, const PackOptions& options, int out,
          const std::string& shown);

}  // namespace gantry::tree
