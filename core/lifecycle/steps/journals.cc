// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

// At the end of activate: those that a container in state created still needs.
constexpr std::size_t kStartSteps = 2;

}  // namespace

std::span<const Step> provision_steps() {
  static const std::array steps{kReserveIdentity, kMapIds, kPrepareRootfs, kClaimVolumes};
  return steps;
}

std::span<const Step> checkpoint_steps() {
  static const std::array steps{kKeepFacts, kDumpProcess, kSealCheckpoint};
  return steps;
}

std::span<const Step> activate_steps(bool start) {
  static const std::array steps{kRunFolder,    kMountShm,     kFillShm,      kMountRootfs,
                                kMountVolumes, kMountSecrets, kPinNetns,     kWriteBundle,
                                kLaunch,       kSetupNetwork, kAwaitCreated, kStartProcess,
                                kStartHealth};
  return std::span(steps).first(start ? steps.size() : steps.size() - kStartSteps);
}

std::span<const Step> restore_steps() {
  static const std::array steps{kRunFolder,    kMountShm,     kFillShm,      kMountRootfs,
                                kMountVolumes, kMountSecrets, kPinNetns,     kWriteBundle,
                                kSetupNetwork, kLaunch,       kAwaitCreated, kStartProcess,
                                kStartHealth};
  return steps;
}

std::span<const Step> start_steps() { return activate_steps().last(kStartSteps); }

}  // namespace gantry::lifecycle
