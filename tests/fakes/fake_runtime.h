// SPDX-License-Identifier: Apache-2.0
//
// The runtime port over a FakeWorld. [thread-safe]; the world outlives it.
#pragma once

#include <string>
#include <vector>

#include "core/ports/runtime.h"
#include "tests/fakes/fake_world.h"

namespace gantry::fakes {

class FakeRuntime : public ports::Runtime {
 public:
  explicit FakeRuntime(FakeWorld& world, std::string name = "fake")
      : world_(world), name_(std::move(name)) {}

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
  // 127 is kNotFound, 126 kPermission, all else kInternal.
  Error classify_error(int exit_code, std::string_view output) override;

 private:
  FakeWorld& world_;
  std::string name_;
};

}  // namespace gantry::fakes
