// SPDX-License-Identifier: Apache-2.0
#include <gantry/plugin/entry.hpp>

#include <string>

#include "plugins/oci-runc/profile.h"
#include "sdk/oci_cli/oci_cli.h"

namespace gantry::oci_runc {

class Runc : public oci_cli::OciCli {
 public:
  Runc(plugin::Host host, const std::string& config) : OciCli(kProfile, host, config) {}
};

}  // namespace gantry::oci_runc

GANTRY_OCI_PLUGIN(gantry::oci_runc::Runc, "runc", "0.1.0", .vendor = "gantry",
                  .license = "Apache-2.0",
                  .capabilities = GANTRY_OCI_CAP_PAUSE | GANTRY_OCI_CAP_UPDATE |
                                  GANTRY_OCI_CAP_CHECKPOINT | GANTRY_OCI_CAP_PS);
