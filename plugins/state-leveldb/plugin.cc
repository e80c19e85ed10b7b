// SPDX-License-Identifier: Apache-2.0
#include <gantry/plugin/entry.hpp>

#include "plugins/state-leveldb/leveldb_state.h"

GANTRY_STATE_PLUGIN(gantry::state_leveldb::LevelDbState, "leveldb", "0.1.0", .vendor = "gantry",
                    .license = "Apache-2.0");
