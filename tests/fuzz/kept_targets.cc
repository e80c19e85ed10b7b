// SPDX-License-Identifier: Apache-2.0
//
// What the engine and its network plug-in keep for later, and what CNI plug-ins answer.
#include <gantry/error.hpp>

#include <memory>
#include <string>
#include <vector>

#include "core/health/record.h"
#include "core/lifecycle/criu_stats.h"
#include "plugins/net-cni/conflist.h"
#include "plugins/net-cni/network_object.h"
#include "plugins/net-cni/record.h"
#include "plugins/net-cni/result.h"
#include "sdk/support/json.h"
#include "tests/fuzz/scratch.h"
#include "tests/fuzz/target.h"

namespace gantry::fuzz {

namespace {

using namespace net_cni;

const char* const kNetwork =
    R"({"name":"n","driver":"bridge","network_interface":"gantry1","subnets":[{"subnet":)"
    R"("10.1.0.0/24","gateway":"10.1.0.1","lease_range":{"start_ip":"10.1.0.5","end_ip":)"
    R"("10.1.0.9"}}],"ipv6_enabled":false,"internal":false,"dns_enabled":false,"labels":)"
    R"({"a":"b"},"options":{"mtu":"1400","isolate":"true"},"ipam_options":{"driver":)"
    R"("host-local"}})";

const char* const kResult =
    R"({"cniVersion":"1.0.0","interfaces":[{"name":"gantry0","mac":"92:d0:c6:0a:29:33"},)"
    R"({"name":"eth0","mac":"92:d0:c6:0a:29:34","sandbox":"/n"}],"ips":[{"interface":1,)"
    R"("address":"10.1.0.2/24","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}],)"
    R"("dns":{"nameservers":["10.1.0.1"],"search":["a"]}})";

std::string conflist() {
  NetworkObject network = parse_network(parse_json(kNetwork, "network"));
  for (NetworkSubnet& subnet : network.subnets) {
    complete_subnet(subnet, false);
  }
  return to_text(conflist_of(network, "1.0.0"));
}

void read_conflist(const std::string& text) {
  const Conflist list = parse_conflist(text, {"/dir", true}, "/dir/n.conflist");
  (void)describe(list);
  (void)network_of(list);
}

void make_network(const std::string& text) {
  NetworkObject network = parse_network(parse_json(text, "network"));
  for (NetworkSubnet& subnet : network.subnets) {
    complete_subnet(subnet, network.internal);
  }
  (void)conflist_of(network, "1.0.0");
}

void read_result(const std::string& text) {
  const Result result = parse_result(parse_json(text, "result"), "result");
  (void)status_of(result, "eth0");
  (void)host_link(result);
}

std::string attachment() {
  const Scratch scratch;
  const RecordFolder folder(scratch.folder());
  folder.put({{"n", "c", "eth0"},
              "/n",
              "1.0.0",
              "",
              true,
              false,
              false,
              {Json::object()},
              true,
              parse_json(kResult, "result")});
  return read_file(scratch.folder() / "n/c.eth0.json");
}

}  // namespace

std::vector<Target> kept_targets() {
  const auto scratch = std::make_shared<Scratch>();
  return {
      {"conflist",
       {conflist(), R"({"cniVersion":"0.4.0","name":"n","plugins":[{"type":"bridge"}]})"},
       [](const std::string& text) {
         const Conflist list = parse_conflist(text, {"/dir", false}, "/dir/n.conflist");
         (void)describe(list);
       }},
      {"own_conflist", {conflist()}, read_conflist},
      {"network_object", {kNetwork, R"({"name":"n"})"}, make_network},
      {"cni_result", {kResult}, read_result},
      {"attachment",
       {attachment()},
       [scratch](const std::string& text) {
         make_directories(scratch->folder() / "n");
         (void)scratch->with("n/c.eth0.json", text);
         (void)RecordFolder(scratch->folder()).find({"n", "c", "eth0"});
       }},
      {"health_record",
       {R"({"status":"healthy","failing_streak":1,"started":true,"startup_successes":1,)"
        R"("startup_failures":0,"log":[{"start_ns":1,"end_ns":2,"exit_code":0,"output":"x"}]})"},
       [scratch](const std::string& text) {
         (void)health::read_record(scratch->with("health", text));
       }},
      {"criu_stats",
       {std::string("\x57\x26\x05\x55\x06\x00\x00\x00\x0a\x04\x08\x01\x10\x02", 14)},
       [](const std::string& text) {
         (void)lifecycle::dump_figures(text);
         (void)lifecycle::restore_figures(text);
       }},
  };
}

}  // namespace gantry::fuzz
