// SPDX-License-Identifier: Apache-2.0
//
// The network port in memory: which container is attached to what. Used by one thread.
// Outlives what uses it, so that a test may look at what a crash left.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/ports/network.h"

namespace gantry::fakes {

class FakeNetwork final : public ports::Network {
 public:
  // Called with each operation before it has any effect and after it had its whole effect.
  std::function<void(std::string_view operation)> before;
  std::function<void(std::string_view operation)> after;

  Json info() override;
  Json create(const Json& network) override;
  Json inspect(const std::string& name) override;
  std::vector<std::string> list() override;
  void remove(const std::string& name) override;
  Json setup(const ports::NetworkRequest& request) override;
  void teardown(const ports::NetworkRequest& request) override;
  void check(const ports::NetworkRequest&) override {}
  void gc(const std::vector<ports::ValidAttachment>& valid) override;

  // Ids of containers that hold an address.
  [[nodiscard]] const std::set<std::string>& attached() const { return attached_; }
  void attach(const std::string& container) { attached_.insert(container); }

 private:
  void act(std::string_view operation, const std::function<void()>& effect);

  std::map<std::string, Json> networks_;
  std::set<std::string> attached_;
};

}  // namespace gantry::fakes
