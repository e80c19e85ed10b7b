// SPDX-License-Identifier: Apache-2.0
#include "core/host/network_adapter.h"

#include <utility>

#include "core/host/list_receiver.h"

namespace gantry::host {

using boundary::to_abi;

namespace {

// The port's request in the ABI's shape; borrows from it for the duration of a call.
class RequestArgument {
 public:
  explicit RequestArgument(const ports::NetworkRequest& request) {
    strings_.reserve(2 * request.attachments.size());
    for (const model::NetworkAttachment& a : request.attachments) {
      gantry_attachment to{};
      to.network = to_abi(a.network);
      to.interface_name = to_abi(a.interface_name);
      to.static_ips = keep(a.static_ips);
      to.static_ip_count = a.static_ips.size();
      to.static_mac = to_abi(a.static_mac);
      to.aliases = keep(a.aliases);
      to.alias_count = a.aliases.size();
      attachments_.push_back(to);
    }
    for (const model::PortMapping& p : request.ports) {
      ports_.push_back(
          {to_abi(p.host_ip), to_abi(p.protocol), p.host_port, p.container_port, p.range, 0});
    }
    request_.struct_size = sizeof(request_);
    request_.attachment_size = sizeof(gantry_attachment);
    request_.port_size = sizeof(gantry_port_mapping);
    request_.container_id = to_abi(request.container_id);
    request_.container_name = to_abi(request.container_name);
    request_.netns_path = to_abi(request.netns_path);
    request_.attachments = attachments_.data();
    request_.attachment_count = attachments_.size();
    request_.ports = ports_.data();
    request_.port_count = ports_.size();
  }
  RequestArgument(const RequestArgument&) = delete;
  RequestArgument& operator=(const RequestArgument&) = delete;

  [[nodiscard]] const gantry_net_request* abi() const noexcept { return &request_; }

 private:
  const gantry_str* keep(const std::vector<std::string>& values) {
    std::vector<gantry_str>& kept = strings_.emplace_back();
    kept.reserve(values.size());
    for (const std::string& value : values) {
      kept.push_back(to_abi(value));
    }
    return kept.data();
  }

  std::vector<std::vector<gantry_str>> strings_;
  std::vector<gantry_attachment> attachments_;
  std::vector<gantry_port_mapping> ports_;
  gantry_net_request request_{};
};

}  // namespace

AbiNetwork::AbiNetwork(std::unique_ptr<Instance> instance)
    : instance_(std::move(instance)), ops_(instance_->plugin().ops<gantry_net_ops>()) {}

Json AbiNetwork::parse_answer(const TextSink& sink, const char* what) const {
  return parse_json(sink.text(), std::string("the ") + what + " that plug-in " +
                                     instance_->plugin().label() + " answered");
}

Json AbiNetwork::info() {
  TextSink json;
  instance_->call("info", ops_.info, instance_->self(), json.abi());
  return parse_answer(json, "info");
}

Json AbiNetwork::create(const Json& network) {
  const std::string text = to_text(network);
  TextSink json;
  instance_->call("network_create", ops_.network_create, instance_->self(), to_abi(text),
                  json.abi());
  return parse_answer(json, "network");
}

Json AbiNetwork::inspect(const std::string& name) {
  TextSink json;
  instance_->call("network_inspect", ops_.network_inspect, instance_->self(), to_abi(name),
                  json.abi());
  return parse_answer(json, "network");
}

std::vector<std::string> AbiNetwork::list() {
  ListReceiver names;
  instance_->call("network_list", ops_.network_list, instance_->self(), names.abi());
  return names.take();
}

void AbiNetwork::remove(const std::string& name) {
  instance_->call("network_remove", ops_.network_remove, instance_->self(), to_abi(name));
}

Json AbiNetwork::setup(const ports::NetworkRequest& request) {
  const RequestArgument argument(request);
  TextSink status;
  instance_->call_beside_others("setup", ops_.setup, instance_->self(), argument.abi(),
                                status.abi());
  return parse_answer(status, "network status");
}

void AbiNetwork::teardown(const ports::NetworkRequest& request) {
  const RequestArgument argument(request);
  instance_->call_beside_others("teardown", ops_.teardown, instance_->self(), argument.abi());
}

void AbiNetwork::check(const ports::NetworkRequest& request) {
  const RequestArgument argument(request);
  instance_->call("check", ops_.check, instance_->self(), argument.abi());
}

void AbiNetwork::gc(const std::vector<ports::ValidAttachment>& valid) {
  std::vector<gantry_net_valid> argument;
  argument.reserve(valid.size());
  for (const ports::ValidAttachment& v : valid) {
    argument.push_back({to_abi(v.container_id), to_abi(v.network), to_abi(v.interface_name)});
  }
  instance_->call("gc", ops_.gc, instance_->self(), argument.data(),
                  std::uint64_t{argument.size()});
}

}  // namespace gantry::host
