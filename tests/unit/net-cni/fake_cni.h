// SPDX-License-Identifier: Apache-2.0
//
// CNI plug-ins that are shell scripts: each call is recorded (environment and standard
// input), each ADD answers with a result, and the Nth call of a type can be made to fail.
#pragma once

#include <string>
#include <vector>

#include "sdk/support/json.h"
#include "tests/unit/net-cni/test_host.h"

namespace gantry::net_cni {

struct FakeCall {
  std::string type;
  std::string command;
  std::string netns;
  std::string interface_name;
  std::string args;
  std::string path;
  Json config;  // from standard input
};

class FakeCni {
 public:
  explicit FakeCni(const TestHost& host);

  // The names of the plug-ins that exist.
  void install(const std::string& type) const;
  // The next call of this type and command fails with this answer; it may be no JSON.
  void fail_next(const std::string& type, const std::string& command,
                 const std::string& answer) const;
  // The next call of this type and command succeeds with this answer.
  void answer_next(const std::string& type, const std::string& command,
                   const std::string& answer) const;
  [[nodiscard]] std::vector<FakeCall> calls() const;
  // "ADD one", "DEL two", in order.
  [[nodiscard]] std::vector<std::string> order() const;
  void forget_calls() const;
  [[nodiscard]] std::string config() const;  // for CniNet

 private:
  const TestHost& host_;
  std::filesystem::path bin_;
  std::filesystem::path log_;
};

}  // namespace gantry::net_cni
