// SPDX-License-Identifier: Apache-2.0
//
// The state store that the tests of core/store run on. Each program that compiles them says
// which: the fake in unit_store, the LevelDB plug-in's in unit_store_leveldb.
#pragma once

#include <memory>

#include "core/ports/state_store.h"

namespace gantry::store {

// Empty and ready; what it needs goes away with it.
[[nodiscard]] std::unique_ptr<ports::StateStore> make_backend();

}  // namespace gantry::store
