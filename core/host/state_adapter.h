// SPDX-License-Identifier: Apache-2.0
//
// ports::StateStore over a plug-in of kind "state". Owned by whoever asked the registry for
// it; its transactions end before it does.
#pragma once

#include <gantry/abi/state.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/host/instance.h"
#include "core/ports/state_store.h"

namespace gantry::host {

class AbiStateStore final : public ports::StateStore {
 public:
  // Opens the store in dir.
  AbiStateStore(std::unique_ptr<Instance> instance, const std::filesystem::path& dir);
  AbiStateStore(const AbiStateStore&) = delete;
  AbiStateStore& operator=(const AbiStateStore&) = delete;
  ~AbiStateStore() override;

  std::unique_ptr<ports::StateTransaction> begin(ports::TransactionMode mode,
                                                 std::chrono::milliseconds timeout) override;
  std::uint64_t generation() override;
  void check(std::chrono::milliseconds timeout) override;
  void compact(std::chrono::milliseconds timeout) override;

 private:
  std::unique_ptr<Instance> instance_;
  gantry_state_ops ops_;
};

}  // namespace gantry::host
