// SPDX-License-Identifier: Apache-2.0
//
// An extended attribute of a file: a plain value.
#pragma once

#include <string>

namespace gantry {

struct Xattr {
  std::string name;
  std::string value;
};

}  // namespace gantry
