// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

std::span<const Step> provision_steps() {
  static const std::array steps{kReserveIdentity, kPrepareRootfs, kClaimVolumes};
  return steps;
}

std::span<const Step> activate_steps(bool start) {
  static const std::array steps{kRunFolder, kMountShm,     kMountRootfs,  kMountVolumes,
                                kPinNetns,  kWriteBundle,  kLaunch,       kSetupNetwork,
                                kAwaitCreated, kStartProcess};
  return std::span(steps).first(start ? steps.size() : steps.size() - 1);
}

}  // namespace gantry::lifecycle
