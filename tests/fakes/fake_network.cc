// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_network.h"

#include <algorithm>

namespace gantry::fakes {

void FakeNetwork::act(std::string_view operation, const std::function<void()>& effect) {
  if (before) {
    before(operation);
  }
  effect();
  if (after) {
    after(operation);
  }
}

Json FakeNetwork::info() {
  Json attachments = Json::array();
  for (const std::string& id : attached_) {
    attachments.push_back({{"network", "gantry"}, {"container", id}, {"interface", "eth0"}});
  }
  return {{"name", "fake"}, {"attachments", attachments}};
}

Json FakeNetwork::create(const Json& network) {
  const auto name = network.at("name").get<std::string>();
  act("network.create", [&] {
    if (!networks_.emplace(name, network).second) {
      throw Error(Code::kExists, "network name " + name + " already used");
    }
  });
  return network;
}

Json FakeNetwork::inspect(const std::string& name) {
  const auto found = networks_.find(name);
  if (found == networks_.end()) {
    throw Error(Code::kNotFound, "network not found: " + name);
  }
  return found->second;
}

std::vector<std::string> FakeNetwork::list() {
  std::vector<std::string> names;
  for (const auto& [name, network] : networks_) {
    names.push_back(name);
  }
  return names;
}

void FakeNetwork::remove(const std::string& name) {
  act("network.remove", [&] { networks_.erase(name); });
}

Json FakeNetwork::setup(const ports::NetworkRequest& request) {
  act("network.setup", [&] { attached_.insert(request.container_id); });
  Json status = Json::object();
  for (const model::NetworkAttachment& attachment : request.attachments) {
    status[attachment.network] = {
        {"interfaces",
         {{attachment.interface_name,
           {{"mac_address", "02:00:00:00:00:01"},
            {"subnets", {{{"ipnet", "10.89.0.2/16"}, {"gateway", "10.89.0.1"}}}}}}}},
        {"dns_server_ips", Json::array()},
        {"dns_search_domains", Json::array()}};
  }
  return status;
}

void FakeNetwork::teardown(const ports::NetworkRequest& request) {
  act("network.teardown", [&] { attached_.erase(request.container_id); });
}

void FakeNetwork::gc(const std::vector<ports::ValidAttachment>& valid) {
  act("network.gc", [&] {
    std::erase_if(attached_, [&](const std::string& id) {
      return std::none_of(valid.begin(), valid.end(),
                          [&](const auto& one) { return one.container_id == id; });
    });
  });
}

}  // namespace gantry::fakes
