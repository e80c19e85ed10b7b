// SPDX-License-Identifier: Apache-2.0
//
// A value: what the runtime said when it would not run a container's or an exec's command.
// kNotFound is then a program that is missing, kPermission one that may not be run; the same
// codes from elsewhere speak of other things, and callers that tell them apart catch this.
#pragma once

#include <gantry/error.hpp>

namespace gantry::lifecycle {

class InvocationError : public Error {
 public:
  explicit InvocationError(const Error& error) : Error(error) {}
};

}  // namespace gantry::lifecycle
