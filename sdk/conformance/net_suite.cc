// SPDX-License-Identifier: Apache-2.0
//
// Kind "net": what <gantry/abi/network.h> promises. Networks made here have names of their
// own and are removed; those of the administrator are left alone, and gc is not asked to
// forget anybody else's attachments.
#include <gantry/abi/network.h>

#include <unistd.h>

#include <algorithm>

#include "sdk/conformance/suite.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/subprocess.h"

namespace gantry::conformance {

namespace fs = std::filesystem;
using boundary::to_abi;

namespace {

class Net {
 public:
  explicit Net(const Bench& bench)
      : subject_(bench.instance()),
        ops_(boundary::sized_copy(static_cast<const gantry_net_ops*>(subject_->plugin().ops))) {
  }

  [[nodiscard]] bool makes_networks() const noexcept {
    return ops_.network_create != nullptr && ops_.network_inspect != nullptr &&
           ops_.network_list != nullptr && ops_.network_remove != nullptr;
  }
  Json inspect(const std::string& name) {
    Text text;
    must("inspect " + name, ops_.network_inspect, self(), to_abi(name), text.sink());
    return parse_json(text.str(), "network " + name);
  }
  [[nodiscard]] bool lists(const std::string& name) {
    Names names;
    must("list", ops_.network_list, self(), names.sink());
    return names.has(name);
  }
  [[nodiscard]] void* self() const noexcept { return subject_->self(); }
  [[nodiscard]] const gantry_net_ops& ops() const noexcept { return ops_; }

 private:
  std::unique_ptr<Subject> subject_;
  gantry_net_ops ops_;
};

std::string own_name() { return "gantryconf" + std::to_string(::getpid()); }

// The first three bytes of a subnet that another process on this host hardly asks for.
std::string own_subnet() { return "10.251." + std::to_string(::getpid() % 256); }

// A network of our own, removed with its owner.
class OwnNetwork {
 public:
  explicit OwnNetwork(Net& net) : net_(net) {
    need_root("a network is made");
    if (!net.makes_networks()) {
      throw Skip("the plug-in makes no networks");
    }
    const std::string wanted =
        to_text({{"name", name_},
                 {"driver", "bridge"},
                 {"subnets",
                  {{{"subnet", own_subnet() + ".0/24"}, {"gateway", own_subnet() + ".1"}}}}});
    Text text;
    must("network_create", net.ops().network_create, net.self(), to_abi(wanted), text.sink());
    answer_ = parse_json(text.str(), "the created network");
  }
  OwnNetwork(const OwnNetwork&) = delete;
  OwnNetwork& operator=(const OwnNetwork&) = delete;
  ~OwnNetwork() { (void)net_.ops().network_remove(net_.self(), to_abi(name_), nullptr); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Json& answer() const noexcept { return answer_; }

 private:
  Net& net_;
  std::string name_ = own_name();
  Json answer_;
};

// A named network namespace, removed with its owner.
class Namespace {
 public:
  Namespace() {
    need_root("a network namespace is made");
    if (!find_program("ip")) {
      throw Skip("needs ip (iproute2) to make a network namespace");
    }
    const CommandResult made = ip({"netns", "add", name_});
    require(made.exit_code == 0, "cannot make a network namespace: " + made.err);
  }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  ~Namespace() { remove(); }
  void remove() noexcept {
    try {
      (void)ip({"netns", "del", name_});
    } catch (const Error&) {
      // ip was there a moment ago; there is nothing else to remove it with
    }
  }
  // What `ip` prints inside.
  std::string inside(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-n", name_});
    return ip(words).out;
  }
  [[nodiscard]] std::string path() const {
    return (fs::exists("/run/netns/" + name_) ? "/run/netns/" : "/var/run/netns/") + name_;
  }

 private:
  static CommandResult ip(std::vector<std::string> words) {
    words.insert(words.begin(), "ip");
    Command command;
    command.argv = std::move(words);
    return run_command(command);
  }
  std::string name_ = own_name();
};

// A request for one container, with the networks named.
class Request {
 public:
  Request(const std::string& netns, std::vector<std::string> networks)
      : netns_(netns), networks_(std::move(networks)) {
    for (std::size_t i = 0; i < networks_.size(); ++i) {
      interfaces_.push_back("eth" + std::to_string(i));
    }
    for (std::size_t i = 0; i < networks_.size(); ++i) {
      gantry_attachment attachment{};
      attachment.network = to_abi(networks_[i]);
      attachment.interface_name = to_abi(interfaces_[i]);
      attachments_.push_back(attachment);
    }
    request_.struct_size = sizeof(request_);
    request_.attachment_size = sizeof(gantry_attachment);
    request_.port_size = sizeof(gantry_port_mapping);
    request_.container_id = to_abi(id_);
    request_.container_name = to_abi(id_);
    request_.netns_path = to_abi(netns_);
    request_.attachments = attachments_.data();
    request_.attachment_count = attachments_.size();
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  [[nodiscard]] const gantry_net_request* abi() const noexcept { return &request_; }
  [[nodiscard]] gantry_net_valid valid() const noexcept {
    return {to_abi(id_), to_abi(networks_.front()), to_abi(interfaces_.front())};
  }

 private:
  std::string id_ = std::string(52, 'c') + own_name().substr(0, 10);
  std::string netns_;
  std::vector<std::string> networks_;
  std::vector<std::string> interfaces_;
  std::vector<gantry_attachment> attachments_;
  gantry_net_request request_{};
};

Json setup(Net& net, const Request& request) {
  Text status;
  must("setup", net.ops().setup, net.self(), request.abi(), status.sink());
  return parse_json(status.str(), "the status");
}

void teardown(Net& net, const Request& request) {
  must("teardown", net.ops().teardown, net.self(), request.abi());
}

// The address in the status of our network, without its prefix.
std::string address_in(const Json& status, const std::string& network) {
  const Json& interface = status.at(network).at("interfaces").at("eth0");
  require(interface.at("mac_address").get<std::string>().size() == 17,
          "the status has no MAC address: " + to_text(status));
  const std::string ipnet = interface.at("subnets").at(0).at("ipnet").get<std::string>();
  require(ipnet.find('/') != std::string::npos, "the address has no prefix: " + ipnet);
  return ipnet.substr(0, ipnet.find('/'));
}

void tells_about_itself(Bench& bench) {
  Net net(bench);
  Text text;
  must("info", net.ops().info, net.self(), text.sink());
  const Json info = parse_json(text.str(), "info");
  require(info.contains("name") && info.contains("version"),
          "info tells no name and version: " + text.str());
}

void refuses_unknown_networks(Bench& bench) {
  Net net(bench);
  const std::string name = own_name() + "x";
  require(net.ops().network_list == nullptr || !net.lists(name), "an unknown name is listed");
  must_fail("inspect", GANTRY_ERR_NOT_FOUND, net.ops().network_inspect, net.self(),
            to_abi(name), Text().sink());
  must_fail("remove", GANTRY_ERR_NOT_FOUND, net.ops().network_remove, net.self(), to_abi(name));
}

void attaches_to_nothing(Bench& bench) {
  Net net(bench);
  const Request request("", {});
  require(setup(net, request).is_object(), "the status of no attachment is no object");
  teardown(net, request);
}

void tears_down_what_never_was(Bench& bench) {
  Net net(bench);
  teardown(net, Request("", {}));
  if (!net.makes_networks()) {
    return;
  }
  const OwnNetwork network(net);
  teardown(net, Request("", {network.name()}));
  teardown(net, Request("/run/netns/no-such-namespace", {network.name()}));
}

void makes_and_removes_networks(Bench& bench) {
  Net net(bench);
  std::string name;
  {
    const OwnNetwork network(net);
    name = network.name();
    require(net.lists(name), "a created network is not listed");
    const Json told = net.inspect(name);
    require(told == network.answer(), "inspect and create tell different networks: " +
                                          to_text(told) + " and " + to_text(network.answer()));
    for (const char* field : {"name", "id", "driver", "created", "subnets"}) {
      require(told.contains(field), std::string("a network has no field ") + field);
    }
    require_equal("the subnet", told["subnets"].at(0).at("subnet").get<std::string>(),
                  own_subnet() + ".0/24");
    const std::string again = to_text({{"name", name}, {"driver", "bridge"}});
    must_fail("a second network of that name", GANTRY_ERR_EXISTS, net.ops().network_create,
              net.self(), to_abi(again), Text().sink());
    must("remove", net.ops().network_remove, net.self(), to_abi(name));
    must_fail("a second remove", GANTRY_ERR_NOT_FOUND, net.ops().network_remove, net.self(),
              to_abi(name));
  }
  require(!net.lists(name), "a removed network is listed");
}

void refuses_malformed_networks(Bench& bench) {
  Net net(bench);
  for (const char* wrong :
       {"{", "[]", R"({"name":"../etc"})", R"({"name":"gantryconfx","subnets":"all"})",
        R"({"name":"gantryconfx","subnets":[{"subnet":"10.300.0.0/24"}]})"}) {
    Text text;
    const Answer answer =
        call(net.ops().network_create, net.self(), to_abi(wrong), text.sink());
    if (answer.code == GANTRY_OK) {
      (void)call(net.ops().network_remove, net.self(), to_abi("gantryconfx"));
    }
    require(answer.code == GANTRY_ERR_INVALID,
            std::string(wrong) + " was answered " + code_name(answer.code));
  }
}

void attaches_and_detaches(Bench& bench) {
  Net net(bench);
  const OwnNetwork network(net);
  Namespace netns;
  const Request request(netns.path(), {network.name()});
  const Cleanup undo([&] { (void)net.ops().teardown(net.self(), request.abi(), nullptr); });
  for (int round = 0; round < 2; ++round) {
    const std::string address = address_in(setup(net, request), network.name());
    require(netns.inside({"-o", "addr"}).find(address + "/") != std::string::npos,
            "the address in the status is not in the namespace: " + address);
    if (net.ops().check != nullptr) {
      must("check", net.ops().check, net.self(), request.abi());
    }
    if (net.ops().gc != nullptr) {
      const gantry_net_valid valid = request.valid();
      must("gc", net.ops().gc, net.self(), &valid, std::uint64_t{1});
      require(netns.inside({"-o", "addr"}).find(address + "/") != std::string::npos,
              "gc took a valid attachment away");
    }
    teardown(net, request);
    require(netns.inside({"-o", "link"}).find("eth0") == std::string::npos,
            "teardown left the interface");
    teardown(net, request);
  }
}

void attaches_all_or_nothing(Bench& bench) {
  Net net(bench);
  const OwnNetwork network(net);
  Namespace netns;
  const Request request(netns.path(), {network.name(), own_name() + "x"});
  Text status;
  const Answer answer = call(net.ops().setup, net.self(), request.abi(), status.sink());
  if (answer.code == GANTRY_OK) {
    teardown(net, request);
  }
  require(answer.code == GANTRY_ERR_NOT_FOUND,
          std::string("a missing second network was answered ") + code_name(answer.code));
  require(answer.message.find(own_name() + "x") != std::string::npos,
          "the failure does not name the network: " + answer.message);
  require(netns.inside({"-o", "link"}).find("eth0") == std::string::npos,
          "a failed setup left the first network attached");
}

void detaches_with_the_namespace_gone(Bench& bench) {
  Net net(bench);
  const OwnNetwork network(net);
  Namespace netns;
  const Request request(netns.path(), {network.name()});
  const std::string first = address_in(setup(net, request), network.name());
  netns.remove();
  teardown(net, request);
  // In a later process, too.
  Net later(bench);
  teardown(later, request);
}

}  // namespace

const Suite& net_suite() {
  static const Suite suite{
      {"info tells name and version", tells_about_itself},
      {"an unknown network is NOT_FOUND", refuses_unknown_networks},
      {"attaching to no network is done", attaches_to_nothing},
      {"teardown without setup is done", tears_down_what_never_was},
      {"networks are made, told and removed", makes_and_removes_networks},
      {"malformed networks are INVALID", refuses_malformed_networks},
      {"setup attaches and teardown detaches, again and again", attaches_and_detaches},
      {"setup is all or nothing", attaches_all_or_nothing},
      {"teardown is done with the namespace gone", detaches_with_the_namespace_gone}};
  return suite;
}

}  // namespace gantry::conformance
