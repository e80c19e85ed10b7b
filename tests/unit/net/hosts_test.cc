// SPDX-License-Identifier: Apache-2.0
#include "core/net/hosts.h"

#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

// Line by line what podman 4.3 writes for the same container.
TEST(Hosts, AsPodmanWritesThem) {
  const HostsInput input{"127.0.0.1 localhost\n# a remark\n127.0.0.1\tvm  # trailing\n\n",
                         {"a:1.2.3.4"},
                         "10.88.0.1",
                         {"10.88.0.2"},
                         {"h1", "web"}};
  EXPECT_EQ(make_hosts(input),
            "1.2.3.4\ta\n"
            "127.0.0.1\tlocalhost\n"
            "127.0.0.1\tvm\n"
            "10.88.0.1\thost.containers.internal\n"
            "10.88.0.2\th1 web\n");
}

TEST(Hosts, EarlierLinesWin) {
  const HostsInput input{"127.0.0.1 localhost\n::1 localhost ip6\n9.9.9.9 a c\n",
                         {"a:1.1.1.1", "a:[fe80::1]", "host.containers.internal:host-gateway"},
                         "10.0.0.1",
                         {"10.0.0.2", "fd00::2"},
                         {"web", "web"}};
  EXPECT_EQ(make_hosts(input),
            "1.1.1.1\ta\n"
            "fe80::1\ta\n"
            "10.0.0.1\thost.containers.internal\n"
            "127.0.0.1\tlocalhost\n"
            "::1\tlocalhost ip6\n"
            "9.9.9.9\tc\n"
            "10.0.0.2\tweb web\n"
            "fd00::2\tweb web\n");
}

TEST(Hosts, HostGatewayNeedsAnAddress) {
  expect_error(Code::kInvalid, "host containers internal IP address is empty", [] {
    (void)make_hosts({"", {"a:host-gateway"}, "", {}, {}});
  });
}

TEST(Hosts, BadExtraHosts) {
  expect_error(Code::kInvalid, "bad format for add-host: \"a\"",
               [] { require_extra_host("a"); });
  expect_error(Code::kInvalid, "bad format for add-host",
               [] { require_extra_host(":1.2.3.4"); });
  expect_error(Code::kInvalid, "bad format for add-host",
               [] { require_extra_host("a\nb:1.2.3.4"); });
  expect_error(Code::kInvalid, "invalid IP address in add-host: \"x\"",
               [] { require_extra_host("a:x"); });
  require_extra_host("a:fe80::1");
  require_extra_host("a:host-gateway");
}

}  // namespace
}  // namespace gantry::net
