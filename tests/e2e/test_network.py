# SPDX-License-Identifier: Apache-2.0
"""network verbs, the modes of --network, published ports."""

import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import urllib.request

import pytest
from support import host
from support.claims import claim_port, claim_subnet
from support.gantry import PATIENCE, Engine, until
from support.leaks import leave_host_as_found

SERVE = ("httpd", "-f", "-p", "8080", "-h", "/www")


@pytest.fixture(autouse=True)
def needs_cni():
    for folder in ("/usr/lib/cni", "/opt/cni/bin"):
        if pathlib.Path(folder, "bridge").exists():
            return
    host.require("the CNI plugins are not installed")


@pytest.fixture
def network(gantry):
    name = "net" + secrets.token_hex(3)
    gantry.engine.create_network(name)
    yield name
    gantry("network", "rm", "-f", "-t", "0", name)
    assert name not in gantry.ok("network", "ls", "-q").split()


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def can_fetch(url):
    try:
        return fetch(url)
    except OSError:
        return None


def addresses(gantry, name, network):
    return gantry.inspect(name)["NetworkSettings"]["Networks"][network]


class TestModes:
    def test_default_network(self, gantry):
        out = gantry.ok("run", "--rm", gantry.image, "ip", "-o", "-4", "addr", "show", "eth0")
        assert "eth0" in out and "inet " in out
        assert gantry.engine.default_network in gantry.ok("network", "ls", "-q").split()

    def test_default_network_is_made_on_first_use(self, engine, folder, archive):
        fresh = Engine(engine.binary, folder / "fresh", "e2e" + secrets.token_hex(3))
        try:
            assert fresh.call("load", "-q", "-i", archive).code == 0
            result = fresh.call("run", "--rm", "localhost/e2e", "ip", "-o", "-4", "addr", "show", "eth0")
            assert result.code == 0 and "inet " in result.out, repr(result)
        finally:
            leave_host_as_found(fresh)

    def test_none(self, gantry):
        out = gantry.run_ok(gantry.image, "ls", "/sys/class/net")
        assert out.split() == ["lo"]

    def test_host(self, gantry):
        inside = gantry.ok("run", "--rm", "--network=host", gantry.image, "readlink", "/proc/self/ns/net")
        assert inside == os.readlink("/proc/self/ns/net")

    def test_container(self, gantry, network):
        gantry.start(name="first", network=network)
        theirs = gantry.ok("exec", "first", "readlink", "/proc/1/ns/net")
        ours = gantry.ok("run", "--rm", "--network=container:first", gantry.image, "readlink", "/proc/self/ns/net")
        assert ours == theirs
        gantry.fails("run", "--rm", "--network=container:nosuch", gantry.image, says="nosuch")

    def test_ns(self, gantry):
        name = "e2e" + secrets.token_hex(3)
        subprocess.run(["ip", "netns", "add", name], check=True)
        try:
            inside = gantry.ok("run", "--rm", f"--network=ns:/run/netns/{name}", gantry.image,
                               "readlink", "/proc/self/ns/net")
            assert inside == f"net:[{os.stat(f'/run/netns/{name}').st_ino}]"
        finally:
            subprocess.run(["ip", "netns", "del", name], check=True)

    def test_two_networks(self, gantry, network):
        second = "net" + secrets.token_hex(3)
        gantry.engine.create_network(second)
        try:
            gantry.start(name="both", network=f"{network},{second}")
            assert set(gantry.inspect("both")["NetworkSettings"]["Networks"]) == {network, second}
            assert {"eth0", "eth1"} <= set(gantry.ok("exec", "both", "ls", "/sys/class/net").split())
        finally:
            gantry.ok("network", "rm", "-f", "-t", "0", second)

    def test_unknown(self, gantry_once):
        gantry_once.fails("run", "--rm", "--network=nosuch", gantry_once.image, says="unable to find network")


class TestAddresses:
    def test_static_ip_and_mac(self, gantry):
        name = "net" + secrets.token_hex(3)
        subnet = claim_subnet()
        address = subnet.replace(".0/24", ".55")
        gantry.engine.create_network(name, f"--subnet={subnet}")
        try:
            gantry.start(f"--ip={address}", "--mac-address=92:d0:c6:0a:29:33", name="fixed", network=name)
            seen = gantry.ok("exec", "fixed", "ip", "addr", "show", "eth0")
            assert f"{address}/24" in seen and "92:d0:c6:0a:29:33" in seen
            inspected = addresses(gantry, "fixed", name)
            assert inspected["IPAddress"] == address
            assert inspected["MacAddress"].lower() == "92:d0:c6:0a:29:33"
            gantry.fails("run", "--rm", f"--ip={address}", f"--network={name}", gantry.image, "true",
                         code=126, says=f"{address}|in use|allocated")
            gantry.fails("run", "--rm", "--ip=10.1.1.1", f"--network={name}", gantry.image, "true", code=126)
        finally:
            gantry.ok("network", "rm", "-f", "-t", "0", name)

    def test_containers_reach_each_other(self, gantry, network):
        gantry.ok("run", "-d", f"--network={network}", "--name=serves", gantry.image, *SERVE)
        address = addresses(gantry, "serves", network)["IPAddress"]
        script = f"until wget -qO- http://{address}:8080/; do sleep 0.1; done"
        out = gantry.ok("run", "--rm", f"--network={network}", gantry.image, "sh", "-c", script)
        assert out == "hello from the page"
        gantry.ok("rm", "-f", "-t", "0", "serves")

    def test_hosts_file_knows_the_container(self, gantry, network):
        out = gantry.ok("run", "--rm", f"--network={network}", "--hostname=me", gantry.image, "sh", "-c",
                        "grep -w me /etc/hosts; ip -o -4 addr show eth0")
        address = out.split("inet ")[1].split("/")[0]
        assert out.startswith(address)

    def test_host_gateway(self, gantry, network):
        out = gantry.ok("run", "--rm", f"--network={network}", "--add-host=up:host-gateway", gantry.image,
                        "grep", "up", "/etc/hosts")
        assert out.split()[0].count(".") == 3

    def test_lease_is_free_again(self, gantry, network):
        def one():
            out = gantry.ok("run", "--rm", f"--network={network}", gantry.image, "ip", "-o", "-4", "addr", "show", "eth0")
            return out

        for _ in range(3):
            assert "inet " in one()


class TestPorts:
    @pytest.mark.parametrize("where", ["", "127.0.0.1:"])
    def test_tcp(self, gantry, network, where):
        port = claim_port()
        gantry.ok("run", "-d", f"--network={network}", "-p", f"{where}{port}:8080", "--name=serves", gantry.image, *SERVE)
        page = until(lambda: can_fetch(f"http://127.0.0.1:{port}/"), "the page")
        assert page == "hello from the page\n"
        shown = gantry.ok("port", "serves")
        assert shown == f"8080/tcp -> {where.rstrip(':') or '0.0.0.0'}:{port}"
        assert gantry.ok("port", "serves", "8080") == f"{where.rstrip(':') or '0.0.0.0'}:{port}"
        assert f"{port}->8080/tcp" in gantry.ok("ps", "--format={{.Ports}}")
        assert f"{port}" in gantry.ok("port", "--all")
        gantry.ok("rm", "-f", "-t", "0", "serves")
        assert can_fetch(f"http://127.0.0.1:{port}/") is None

    def test_udp(self, gantry, network):
        port = claim_port()
        gantry.start("-p", f"{port}:5353/udp", name="hears", network=network)
        # busybox has no server for datagrams: a socket of ours, opened in its namespace.
        inside = f"/proc/{gantry.state('hears')['Pid']}/ns/net"
        server = subprocess.Popen(
            ["nsenter", f"--net={inside}", sys.executable, "-c",
             "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 5353)); print('up', flush=True);"
             "print(s.recv(99).decode())"], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout.readline() == "up\n"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"datagram", ("127.0.0.1", port))
                assert server.communicate(timeout=PATIENCE)[0] == "datagram\n"
        finally:
            server.kill()
        gantry.ok("rm", "-f", "-t", "0", "hears")

    def test_free_port_is_chosen(self, gantry, network):
        gantry.ok("run", "-d", f"--network={network}", "-p", "8080", "--name=serves", gantry.image, *SERVE)
        port = int(gantry.ok("port", "serves", "8080").rsplit(":", 1)[1])
        assert until(lambda: can_fetch(f"http://127.0.0.1:{port}/"), "the page")

    def test_all_exposed(self, gantry, network):
        gantry.ok("run", "-d", "-P", f"--network={network}", "--name=opens", "--entrypoint=/bin/sh",
                  "localhost/configured:1", "-c", "sleep 1000")
        lines = gantry.ok("port", "opens").splitlines()
        assert sorted(line.split(" ")[0] for line in lines) == ["5353/udp", "8080/tcp"]
        gantry.ok("rm", "-f", "-t", "0", "opens")

    def test_taken_port(self, gantry, network):
        port = claim_port()
        gantry.start("-p", f"{port}:80", name="first", network=network)
        gantry.fails("run", "--rm", f"--network={network}", "-p", f"{port}:80", gantry.image, "true",
                     code=126, says="already in use|already allocated|bind")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            other = taken.getsockname()[1]
            gantry.fails("run", "--rm", f"--network={network}", "-p", f"{other}:80", gantry.image, "true",
                         code=126, says="in use")

    def test_free_again_after_a_restart(self, gantry, network):
        port = claim_port()
        gantry.ok("run", "-d", f"--network={network}", "-p", f"{port}:8080", "--name=serves", gantry.image, *SERVE)
        gantry.ok("restart", "-t", "0", "serves")
        assert until(lambda: can_fetch(f"http://127.0.0.1:{port}/"), "the page")

    def test_ranges(self, gantry_once):
        gantry_once.ok("create", "-p", "42000-42002:80-82", "--name=many", gantry_once.image, "true")
        assert len(gantry_once.ok("port", "many").splitlines()) == 3
        gantry_once.fails("port", "many", "99", says="failed to find published port")
        gantry_once.fails("port", "nosuch", says="no such container")

    @pytest.mark.parametrize("word", ["x:y", "99999:80", "80:80/nosuch", "1.2.3:80:80", "8-5:80"])
    def test_bad_words(self, gantry_once, word):
        gantry_once.fails("create", "-p", word, gantry_once.image, "true")


class TestVerbs:
    def test_create_inspect_rm(self, gantry_once):
        name = "net" + secrets.token_hex(3)
        subnet = claim_subnet()
        gateway = subnet.replace(".0/24", ".9")
        assert gantry_once.ok("network", "create", f"--subnet={subnet}", f"--gateway={gateway}",
                              "--label=a=1", name) == name
        seen = json.loads(gantry_once.ok("network", "inspect", name))[0]
        assert seen["name"] == name and seen["driver"] == "bridge" and seen["labels"] == {"a": "1"}
        assert seen["subnets"][0]["subnet"] == subnet
        assert seen["subnets"][0]["gateway"] == gateway
        assert gantry_once("network", "exists", name).code == 0
        gantry_once.fails("network", "create", name, says="already")
        gantry_once.ok("network", "create", "--ignore", name)
        assert gantry_once.ok("network", "ls", "-q", f"--filter=name={name}") == name
        assert gantry_once.ok("network", "ls", "--noheading", f"--filter=name={name}", "--format={{.Driver}}") == "bridge"
        assert name in [n["name"] for n in json.loads(gantry_once.ok("network", "ls", "--format=json"))]
        assert gantry_once.ok("network", "rm", name) == name
        assert gantry_once("network", "exists", name).code == 1

    def test_ignore_is_about_the_network_alone(self, gantry_once):
        name = "net" + secrets.token_hex(3)
        taken = ("network", "create", "--ignore", "--interface-name=lo")
        gantry_once.fails(*taken, name, says="bridge name lo already in use")
        gantry_once.fails(*taken, says="bridge name lo already in use")
        assert gantry_once("network", "exists", name).code == 1

    def test_ip_range(self, gantry_once):
        name = "net" + secrets.token_hex(3)
        subnet = claim_subnet()
        first = subnet.removesuffix(".0/24")
        create = ("network", "create", f"--subnet={subnet}")
        gantry_once.fails(*create, "--ip-range=garbage", name, says="garbage")
        gantry_once.fails(*create, "--ip-range=10.1.1.0/26", name, says="not in subnet")
        gantry_once.engine.create_network(name, f"--subnet={subnet}", f"--ip-range={first}.128/26")
        try:
            seen = json.loads(gantry_once.ok("network", "inspect", name))[0]["subnets"][0]
            assert seen["lease_range"] == {"start_ip": f"{first}.128", "end_ip": f"{first}.191"}
            out = gantry_once.ok("run", "--rm", f"--network={name}", gantry_once.image, "ip", "-4", "addr", "show", "eth0")
            assert f"inet {first}.128/24" in out
        finally:
            gantry_once.ok("network", "rm", name)

    def test_prune_leaves_the_administrators_networks(self, gantry_once, place):
        name = "net" + secrets.token_hex(3)
        gantry_once.engine.create_network(name)
        (place / "theirs.conflist").write_text(
            '{"cniVersion":"0.4.0","name":"theirs","plugins":[{"type":"bridge","bridge":"theirs0"}]}')
        configuration = gantry_once.engine.configuration
        before = configuration.read_text()
        configuration.write_text(before + f"config_dirs={place}\n")
        try:
            assert "theirs" in gantry_once.ok("network", "ls", "-q").split()
            pruned = gantry_once("network", "prune", "-f")
            assert (pruned.code, pruned.err) == (0, "") and name in pruned.out.split()
            assert "theirs" in gantry_once.ok("network", "ls", "-q").split()
        finally:
            configuration.write_text(before)

    def test_bridge_goes_with_the_network(self, gantry_once):
        name = "net" + secrets.token_hex(3)
        gantry_once.engine.create_network(name)
        bridge = json.loads(gantry_once.ok("network", "inspect", name))[0]["network_interface"]
        gantry_once.ok("run", "--rm", f"--network={name}", gantry_once.image, "true")
        assert pathlib.Path("/sys/class/net", bridge).exists()
        gantry_once.ok("network", "rm", name)
        assert not pathlib.Path("/sys/class/net", bridge).exists()

    def test_in_use(self, gantry_once):
        name = "net" + secrets.token_hex(3)
        gantry_once.engine.create_network(name)
        gantry_once.start(name="user", network=name)
        gantry_once.fails("network", "rm", name, code=None, says="being used")
        gantry_once.ok("network", "rm", "-f", "-t", "0", name)
        assert gantry_once("container", "exists", "user").code == 1

    def test_internal(self, gantry):
        name = "net" + secrets.token_hex(3)
        gantry.engine.create_network(name, "--internal")
        try:
            out = gantry.ok("run", "--rm", f"--network={name}", gantry.image, "ip", "route")
            assert "default" not in out
        finally:
            gantry.ok("network", "rm", name)

    def test_refused(self, gantry_once):
        gantry_once.fails("network", "rm", "nosuch", code=None, says="network not found")
        gantry_once.fails("network", "inspect", "nosuch", says="nosuch")
        gantry_once.fails("network", "create", "--subnet=nonsense", "x", says="nonsense|subnet")
        gantry_once.fails("network", "create", "bad/name", says="names must match|invalid|name")
        gantry_once.fails("network", "create", "-d", "nosuch", "x", says="nosuch|driver")
        gantry_once.fails("network", "rm")
        gantry_once.fails("network", "rm", gantry_once.engine.default_network, code=None, says="default")
