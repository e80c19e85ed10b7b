// SPDX-License-Identifier: Apache-2.0
//
// One line that gives a plain struct its JSON form: members by name; a missing member keeps
// its default, so records written by an older gantry still read.
#pragma once

#include "sdk/support/json.h"

#define GANTRY_JSON_FIELDS(Type, ...) \
  NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Type, __VA_ARGS__)
