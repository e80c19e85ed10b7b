// SPDX-License-Identifier: Apache-2.0
#include <gantry/plugin/entry.hpp>

#include "plugins/net-cni/cni_net.h"

GANTRY_NET_PLUGIN(gantry::net_cni::CniNet, "cni", "0.1.0", .vendor = "gantry",
                  .license = "Apache-2.0",
                  .capabilities = GANTRY_NET_CAP_PORTS | GANTRY_NET_CAP_STATIC_IP |
                                  GANTRY_NET_CAP_STATIC_MAC);
