// SPDX-License-Identifier: Apache-2.0
//
// Base class of a network plug-in. The contract of each function is told in
// <gantry/abi/network.h>; throw gantry::Error to fail.
#pragma once

#include <gantry/abi/network.h>
#include <gantry/error.hpp>
#include <gantry/plugin/host.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::plugin {

struct PortMapping {
  std::string host_ip;
  std::string protocol;
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  std::uint16_t range = 1;
};

struct Attachment {
  std::string network;
  std::string interface_name;
  std::vector<std::string> static_ips;
  std::string static_mac;
  std::vector<std::string> aliases;
};

struct NetRequest {
  std::string container_id;
  std::string container_name;
  std::string netns_path;
  std::vector<Attachment> attachments;
  std::vector<PortMapping> ports;
};

struct ValidAttachment {
  std::string container_id;
  std::string network;
  std::string interface_name;
};

class Net {
 public:
  virtual ~Net() = default;
  virtual std::string info() = 0;
  virtual std::string network_create(const std::string& network_json) = 0;
  virtual std::string network_inspect(const std::string& name) = 0;
  virtual void network_list(const std::function<bool(std::string_view name)>& visit) = 0;
  virtual void network_remove(const std::string& name) = 0;
  virtual std::string setup(const NetRequest& request) = 0;
  virtual void teardown(const NetRequest& request) = 0;
  virtual void check(const NetRequest& request) = 0;
  virtual void gc(const std::vector<ValidAttachment>& valid) = 0;
};

}  // namespace gantry::plugin
