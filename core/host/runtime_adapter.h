// SPDX-License-Identifier: Apache-2.0
//
// ports::Runtime over a plug-in of kind "oci". Owned by the registry.
#pragma once

#include <gantry/abi/runtime.h>

#include <memory>
#include <string>
#include <vector>

#include "core/host/instance.h"
#include "core/ports/runtime.h"

namespace gantry::host {

class AbiRuntime final : public ports::Runtime {
 public:
  explicit AbiRuntime(std::unique_ptr<Instance> instance);

  ports::RuntimeCapabilities capabilities() override;
  Json info() override;
  ports::RuntimePlan create_plan(const ports::CreateRequest& request) override;
  ports::RuntimePlan exec_plan(const std::string& id) override;
  ports::RuntimePlan restore_plan(const ports::RestoreRequest& request) override;
  void start(const std::string& id) override;
  Json state(const std::string& id) override;
  void kill(const std::string& id, int signal, ports::KillScope scope) override;
  void remove(const std::string& id, bool force) override;
  void pause(const std::string& id) override;
  void resume(const std::string& id) override;
  void update(const std::string& id, const Json& resources) override;
  void checkpoint(const ports::CheckpointRequest& request) override;
  std::vector<int> ps(const std::string& id) override;
  Error classify_error(int exit_code, std::string_view output) override;

 private:
  using PlanOp = decltype(gantry_oci_ops::create_plan);
  ports::RuntimePlan plan(std::string_view name, PlanOp op,
                          const gantry_oci_plan_request& request);
  [[nodiscard]] Json parse_answer(const std::string& text, const char* what) const;

  std::unique_ptr<Instance> instance_;
  gantry_oci_ops ops_;
};

}  // namespace gantry::host
