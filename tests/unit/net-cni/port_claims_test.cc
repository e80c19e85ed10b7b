// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/port_claims.h"

#include <gtest/gtest.h>

#include "sdk/support/files.h"
#include "tests/unit/net-cni/test_host.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net_cni {
namespace {

using net::expect_error;

class PortClaimsTest : public ::testing::Test {
 protected:
  static std::vector<plugin::PortMapping> port(const std::string& ip) {
    return {{ip, "sctp", 47123, 80, 1}};  // no program is looked for
  }
  void expect_clash(const std::string& one, const std::string& other) {
    claims_.claim("first", port(one));
    expect_error(Code::kBusy, "address already in use (published by container first)",
                 [&] { claims_.claim("second", port(other)); });
    claims_.release("first", port(one));
    claims_.claim("second", port(other));
    claims_.release("second", port(other));
  }
  void expect_both(const std::string& one, const std::string& other) {
    claims_.claim("first", port(one));
    claims_.claim("second", port(other));
    claims_.release("first", port(one));
    claims_.release("second", port(other));
  }

  TestHost host_;
  PortClaims claims_{host_.host(), host_.run_dir() / "ports"};
};

TEST_F(PortClaimsTest, OneAddressIsOneHoweverWritten) {
  expect_clash("fd00::1", "fd00:0:0:0:0:0:0:1");
  expect_clash("FD00::A", "fd00::a");
  expect_clash("127.0.0.1", "127.0.0.1");
  expect_both("fd00::1", "fd00::2");
  expect_both("127.0.0.1", "127.0.0.2");
}

TEST_F(PortClaimsTest, AnyAddressClashesWithEachOfItsFamily) {
  expect_clash("::", "fd00::1");
  expect_clash("fd00::1", "0:0:0:0:0:0:0:0");
  expect_clash("0.0.0.0", "127.0.0.1");
  expect_both("0.0.0.0", "::");
  expect_both("::", "127.0.0.1");
  for (const char* ip : {"", "::", "fd00::1", "0.0.0.0", "127.0.0.1"}) {
    expect_clash("", ip);
    expect_clash(ip, "");
  }
}

TEST_F(PortClaimsTest, LeaveNothingBehind) {
  claims_.claim("first", port("::"));
  claims_.release("first", port("::"));
  EXPECT_EQ(files_below(host_.run_dir() / "ports").size(), 0);
}

}  // namespace
}  // namespace gantry::net_cni
