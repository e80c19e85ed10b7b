// SPDX-License-Identifier: Apache-2.0
//
// Port: networks and the attachment of namespaces to them. The contract is that of
// <gantry/abi/network.h>; failures come as gantry::Error.
// Owned by the engine. Any thread: calls that are not tagged [thread-safe] wait for
// each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/network.h"
#include "sdk/support/json.h"

namespace gantry::ports {

// The same request undoes what it did: teardown needs nothing else.
struct NetworkRequest {
  std::string container_id;
  std::string container_name;
  std::string netns_path;  // teardown: may be gone
  std::vector<model::NetworkAttachment> attachments;
  std::vector<model::PortMapping> ports;
};

struct ValidAttachment {
  std::string container_id;
  std::string network;
  std::string interface_name;
};

class Network {
 public:
  virtual ~Network() = default;

  virtual Json info() = 0;
  virtual Json create(const Json& network) = 0;  // podman's network object, answered complete
  virtual Json inspect(const std::string& name) = 0;
  virtual std::vector<std::string> list() = 0;
  virtual void remove(const std::string& name) = 0;
  // All or nothing; the status object of the ABI.
  virtual Json setup(const NetworkRequest& request) = 0;     // [thread-safe]
  virtual void teardown(const NetworkRequest& request) = 0;  // [thread-safe]
  virtual void check(const NetworkRequest& request) = 0;
  virtual void gc(const std::vector<ValidAttachment>& valid) = 0;
};

}  // namespace gantry::ports
