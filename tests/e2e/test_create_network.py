# SPDX-License-Identifier: Apache-2.0
"""create: what a container is given of the network beside its interface."""

import json
import secrets
import subprocess

import pytest
from support.claims import claim_subnet


@pytest.fixture
def network(gantry):
    name = "net" + secrets.token_hex(3)
    gantry.engine.create_network(name)
    yield name
    gantry("network", "rm", "-f", "-t", "0", name)


class TestNames:
    def test_no_hosts_file(self, gantry_once):
        out = gantry_once.run("--no-hosts", gantry_once.image, "cat", "/etc/hosts")
        assert out.code != 0 or out.out == ""

    @pytest.mark.parametrize("mode", ("host", "none"))
    def test_the_host_has_its_name_without_a_bridge(self, gantry_once, mode):
        words = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True)
        own = {word.partition("/")[0] for word in words.stdout.split()} - {"127.0.0.1", "::1"}
        hosts = gantry_once.ok("run", "--rm", f"--network={mode}", "--add-host=gate:host-gateway",
                               gantry_once.image, "cat", "/etc/hosts")
        told = {name: line.split()[0] for line in hosts.splitlines() for name in line.split()[1:]}
        assert told["host.containers.internal"] == told["gate"] and told["gate"] in own

    def test_no_servers(self, gantry_once):
        out = gantry_once.run_ok("--dns=none", gantry_once.image, "sh", "-c", "cat /etc/resolv.conf; true")
        assert "nameserver" not in out

    def test_of_the_host(self, gantry_once):
        seen = gantry_once.ok("run", "--rm", "--network=host", gantry_once.image, "cat", "/etc/resolv.conf")
        with open("/etc/resolv.conf", encoding="utf-8") as file:
            servers = [line for line in file.read().splitlines() if line.startswith("nameserver")]
        assert all(server in seen for server in servers)

    def test_alias(self, gantry, network):
        gantry.start("--network-alias=harbour", name="box", network=network)
        seen = gantry.inspect("box")["NetworkSettings"]["Networks"][network]
        assert "harbour" in seen["Aliases"]

    def test_options_with_the_network(self, gantry):
        name = "net" + secrets.token_hex(3)
        subnet = claim_subnet()
        address = subnet.replace(".0/", ".77/")
        gantry.engine.create_network(name, f"--subnet={subnet}")
        try:
            gantry.start(name="box", network=f"{name}:ip={address[:-3]},mac=92:d0:c6:0a:29:34,interface_name=lan0")
            shown = gantry.ok("exec", "box", "ip", "addr", "show", "lan0")
            assert address in shown and "92:d0:c6:0a:29:34" in shown
        finally:
            gantry.ok("network", "rm", "-f", "-t", "0", name)


class TestPorts:
    def test_exposed(self, gantry_once):
        gantry_once.ok("create", "--name=box", "--expose=80", "--expose=53/udp", "--expose=90-91",
                       gantry_once.image, "true")
        ports = gantry_once.inspect("box")["NetworkSettings"]["Ports"]
        assert ports == {"80/tcp": None, "53/udp": None, "90/tcp": None, "91/tcp": None}

    def test_exposed_and_published(self, gantry, network):
        gantry.start("-P", "--expose=80", name="box", network=network)
        line = gantry.ok("port", "box")
        assert line.startswith("80/tcp -> 0.0.0.0:")
        gantry.ok("rm", "-f", "-t", "0", "box")


class TestSharing:
    @pytest.mark.parametrize("kind", ["net", "ipc", "uts", "pid"])
    def test_namespace_of_a_container_by_default(self, gantry, kind):
        # A container's ipc namespace is shareable unless it was asked for one alone.
        gantry.start(name="first")
        theirs = gantry.ok("exec", "first", "readlink", f"/proc/1/ns/{kind}")
        flag = "network" if kind == "net" else kind
        ours = gantry.ok("run", "--rm", f"--{flag}=container:first",
                         *([] if kind == "net" else ["--network=none"]),
                         gantry.image, "readlink", f"/proc/self/ns/{kind}")
        assert ours == theirs

    def test_by_the_path_of_a_namespace(self, gantry):
        gantry.start(name="first")
        pid = gantry.state("first")["Pid"]
        for kind in ("ipc", "uts", "pid"):
            theirs = gantry.ok("exec", "first", "readlink", f"/proc/1/ns/{kind}")
            ours = gantry.run_ok(f"--{kind}=ns:/proc/{pid}/ns/{kind}", gantry.image, "readlink",
                                 f"/proc/self/ns/{kind}")
            assert ours == theirs

    def test_refused(self, gantry_once):
        for flag in ("pid", "ipc", "uts", "network"):
            gantry_once.fails("create", f"--{flag}=container:nosuch", gantry_once.image, says="nosuch")
        for flag in ("pid", "ipc", "uts", "cgroupns"):
            gantry_once.fails("create", f"--{flag}=nosuch", gantry_once.image, says="unrecognized namespace mode")
        gantry_once.fails("create", "--network=nosuch", gantry_once.image, says="unable to find network")

    def test_cgroup_namespace_suits_the_host(self, gantry):
        shown = gantry.run_ok(gantry.image, "cat", "/proc/self/cgroup")
        gantry.ok("create", "--name=box", "--network=none", gantry.image, "true")
        mode = gantry.inspect("box")["HostConfig"]["CgroupMode"]
        # Of cgroup v1 a container sees its place; of v2 it has a tree of its own.
        assert mode == ("private" if shown.splitlines() == ["0::/"] else "host")
        private = gantry.run_ok("--cgroupns=private", gantry.image, "cat", "/proc/self/cgroup")
        assert all(line.endswith(":/") for line in private.splitlines())


@pytest.mark.parametrize("mode", ["none", "host", "container:base"])
def test_ports_without_a_network_of_its_own(gantry_once, mode):
    gantry_once.start(name="base")
    made = gantry_once("create", f"--network={mode}", "-p", "80:80", "--name=box", gantry_once.image, "true")
    assert made.code == 0 and made.err.startswith("Port mappings have been discarded as one of the Host")
    assert gantry_once.ok("port", "box") == ""


def test_inspected_network(gantry_once):
    seen = json.loads(gantry_once.ok("network", "inspect", gantry_once.engine.default_network))[0]
    assert seen["driver"] == "bridge" and seen["subnets"]
