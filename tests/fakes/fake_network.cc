// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_network.h"

namespace gantry::fakes {

Json FakeNetwork::setup(const ports::NetworkRequest& request) {
  if (before) {
    before("network.setup");
  }
  attached_.insert(request.container_id);
  if (after) {
    after("network.setup");
  }
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
  if (before) {
    before("network.teardown");
  }
  attached_.erase(request.container_id);
  if (after) {
    after("network.teardown");
  }
}

}  // namespace gantry::fakes
