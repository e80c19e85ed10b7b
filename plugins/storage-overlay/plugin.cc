// SPDX-License-Identifier: Apache-2.0
#include <gantry/plugin/entry.hpp>

#include "plugins/storage-overlay/overlay_storage.h"

GANTRY_STORAGE_PLUGIN(gantry::storage_overlay::OverlayStorage, "overlay", "0.1.0",
                      .vendor = "gantry", .license = "Apache-2.0",
                      .capabilities = GANTRY_STORAGE_CAP_IDMAP);
