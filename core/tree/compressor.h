// SPDX-License-Identifier: Apache-2.0
//
// Bytes on their way into a file, compressed or as they are. Belongs to one thread; throws
// kIo, naming what is written. Only finish() makes the file complete.
#pragma once

#include <string>
#include <string_view>

#include "core/tree/pack.h"
#include "sdk/support/archive_api.h"

namespace gantry::tree {

class Compressor {
 public:
  // out stays open for as long; shown names what is written in messages.
  Compressor(int out, Compression compression, std::string shown);

  void write(std::string_view bytes);
  void finish();

 private:
  int out_;
  std::string shown_;
  ArchiveWriter writer_;  // none: nothing to compress
};

}  // namespace gantry::tree
