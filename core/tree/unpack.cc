// SPDX-License-Identifier: Apache-2.0
#include "core/tree/unpack.h"

#include "core/tree/tree_reader.h"

namespace gantry::tree {

void unpack(int in, int root, const std::string& folder, const UnpackOptions& options,
            const std::string& shown) {
  const PlainLocale locale;
  TreeReader(in, root, folder, options, shown).run();
}

}  // namespace gantry::tree
