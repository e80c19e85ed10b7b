// SPDX-License-Identifier: Apache-2.0
//
// The one exception type, on both sides of the ABI. The code is for branching, the message
// for people; each layer that lets an Error pass may say once what it was doing.
#pragma once

#include <gantry/abi/base.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace gantry {

enum class Code : std::int32_t {
  kNotFound = GANTRY_ERR_NOT_FOUND,
  kExists = GANTRY_ERR_EXISTS,
  kBusy = GANTRY_ERR_BUSY,
  kInvalid = GANTRY_ERR_INVALID,
  kUnsupported = GANTRY_ERR_UNSUPPORTED,
  kPermission = GANTRY_ERR_PERMISSION,
  kNoSpace = GANTRY_ERR_NO_SPACE,
  kIo = GANTRY_ERR_IO,
  kCorrupt = GANTRY_ERR_CORRUPT,
  kTimeout = GANTRY_ERR_TIMEOUT,
  kCancelled = GANTRY_ERR_CANCELLED,
  kInternal = GANTRY_ERR_INTERNAL,
};

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] Code code() const noexcept { return code_; }

  // The same failure, told with what was being done: "doing: message".
  [[nodiscard]] Error while_doing(std::string_view doing) const {
    return {code_, std::string(doing) + ": " + what()};
  }

 private:
  Code code_;
};

}  // namespace gantry
