// SPDX-License-Identifier: Apache-2.0
//
// Brings one layer into the storage in a single pass: a thread reads, checks the compressed
// digest, decompresses and splits while the driver, at the other end of a pipe, hashes and
// unpacks. One at a time on one storage.
#pragma once

#include <cstdint>
#include <string>

#include "core/image/blob.h"
#include "core/image/context.h"
#include "core/image/decompress.h"

namespace gantry::image {

struct LayerRequest {
  std::string id;       // what the storage will know it by
  std::string parent;   // empty: none
  std::string diff_id;  // expected, "sha256:…"; empty: whatever it turns out to be
  std::string digest;   // of the stream as it is read; empty: unknown
  ReadFunction read;
  std::uint64_t size = 0;  // of the stream as it is read; 0: unknown
  std::string name;        // for messages and progress
};

// Creates, fills and commits the layer. After a failure nothing of it is left. kCorrupt
// names the layer and what does not match. REQUIRES: no other process works on this id
// (LayerLocks).
ports::Applied import_layer(const Context& context, const LayerRequest& request);

[[nodiscard]] ReadFunction read_from_blob(Blob blob);

}  // namespace gantry::image
