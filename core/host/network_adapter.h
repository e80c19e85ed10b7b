// SPDX-License-Identifier: Apache-2.0
//
// ports::Network over a plug-in of kind "net". Owned by the registry.
#pragma once

#include <gantry/abi/network.h>

#include <memory>
#include <string>
#include <vector>

#include "core/host/instance.h"
#include "core/ports/network.h"

namespace gantry::host {

class AbiNetwork final : public ports::Network {
 public:
  explicit AbiNetwork(std::unique_ptr<Instance> instance);

  Json info() override;
  Json create(const Json& network) override;
  Json inspect(const std::string& name) override;
  std::vector<std::string> list() override;
  void remove(const std::string& name) override;
  Json setup(const ports::NetworkRequest& request) override;
  void teardown(const ports::NetworkRequest& request) override;
  void check(const ports::NetworkRequest& request) override;
  void gc(const std::vector<ports::ValidAttachment>& valid) override;

 private:
  [[nodiscard]] Json parse_answer(const TextSink& sink, const char* what) const;

  std::unique_ptr<Instance> instance_;
  gantry_net_ops ops_;
};

}  // namespace gantry::host
