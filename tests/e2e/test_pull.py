# SPDX-License-Identifier: Apache-2.0
"""pull, and --pull of run and create, against a registry on this host."""

import json

import pytest
from support import host, images
from support.registry import Registry

OPEN = "--tls-verify=false"


@pytest.fixture
def registry(place):
    for name in ("docker-registry", "skopeo"):
        host.require(host.program(name))
    registry = Registry(place)
    yield registry
    registry.close()


@pytest.fixture
def busy(gantry_once, registry):
    """The name of an image in the registry."""
    name = registry.push(gantry_once, "localhost/e2e", "busy:1")
    yield name
    gantry_once("rmi", "-f", name)


def push_another(gantry, registry, place, words, layer=None):
    """Another image under the same name: its command prints the words."""
    config = {"localhost/next:1": {"Env": ["PATH=/bin"], "Cmd": ["echo", words]}}
    path = images.write_docker_archive(place / "next.tar", layer, config)
    gantry.ok("load", "-q", "-i", path)
    registry.push(gantry, "localhost/next:1", "busy:1")
    gantry.ok("rmi", "localhost/next:1")


def digest(gantry, name):
    return gantry.inspect(name, "image")["Id"]


class TestPull:
    def test_from_a_registry(self, gantry, registry):
        name = registry.push(gantry, "localhost/e2e", "busy:1")
        identity = gantry.ok("pull", "-q", OPEN, name)
        seen = gantry.inspect(name, "image")
        assert seen["Id"] == identity
        assert seen["RepoDigests"][0].startswith(registry.name("busy@sha256:"))
        assert gantry.run_ok(name, "echo", "pulled") == "pulled"
        gantry.ok("rmi", name)

    def test_by_digest(self, gantry_once, busy):
        gantry_once.ok("pull", "-q", OPEN, busy)
        by_digest = gantry_once.inspect(busy, "image")["RepoDigests"][0]
        gantry_once.ok("rmi", busy)
        gantry_once.ok("pull", "-q", OPEN, by_digest)
        assert gantry_once.run_ok(by_digest, "echo", "x") == "x"

    def test_several_with_one_that_is_missing(self, gantry_once, registry, busy):
        missing = registry.name("nosuch:1")
        result = gantry_once.fails("pull", "-q", OPEN, busy, missing, says="manifest unknown|nosuch")
        assert len(result.out.split()) == 1

    def test_refused(self, gantry_once, registry, busy):
        gantry_once.fails("pull", "-q", busy, says="HTTPS|http: server gave HTTP|tls")
        gantry_once.fails("pull", "-q", OPEN, registry.name("nosuch:1"), says="manifest unknown|not found")
        gantry_once.fails("pull", "-q", OPEN, "Not A Name", says="invalid reference|repository name")
        gantry_once.fails("pull", says="requires at least 1 arg")

    def test_platform(self, gantry_once, busy):
        gantry_once.fails("pull", "-q", OPEN, "--platform=linux/s390x", "--policy=never", busy, says="image not known")
        gantry_once.fails("pull", "--platform=linux/amd64", "--arch=arm64", busy, says="can not be specified")

    def test_policies(self, gantry_once, busy):
        gantry_once.fails("pull", "-q", "--policy=never", busy, says="image not known")
        gantry_once.ok("pull", "-q", OPEN, "--policy=missing", busy)
        gantry_once.ok("pull", "-q", "--policy=never", busy)
        gantry_once.fails("pull", "--policy=nosuch", busy, says="nosuch")

    def test_tells_how_it_goes(self, gantry_once, busy):
        result = gantry_once("pull", OPEN, busy)
        assert result.code == 0 and f"Trying to pull {busy}" in result.err
        assert "\x1b" not in result.err and "\r" not in result.err

    def test_bars_on_a_terminal(self, gantry_once, registry, place, busy):
        # A layer that is not here yet: one that is known is not fetched.
        layer = images.rootfs_tar().replace(b"hello from the page", b"a bar for this page")
        push_another(gantry_once, registry, place, "x", layer)
        terminal = gantry_once.terminal("pull", OPEN, busy)
        terminal.expect("Trying to pull")
        terminal.expect(r"\[=*-*\] \d")
        terminal.expect(r"\n[0-9a-f]{64}\r")
        assert terminal.wait() == 0

    def test_interrupted_leaves_nothing(self, gantry_once, busy):
        terminal = gantry_once.terminal("pull", OPEN, busy)
        terminal.send("\x03")
        terminal.wait()
        gantry_once.ok("pull", "-q", OPEN, busy)
        found = json.loads(gantry_once.ok("system", "check", "--format=json"))
        assert found in ([], {}, None) or not any(found), found


class TestRun:
    def run(self, gantry, name, *words):
        return gantry("run", "--rm", "--network=none", OPEN, *words, name)

    def test_missing_is_pulled(self, gantry, registry):
        name = registry.push(gantry, "localhost/e2e", "busy:1")
        result = gantry("run", "--rm", "--network=none", OPEN, name, "echo", "x")
        assert result.out == "x\n" and f"Trying to pull {name}" in result.err
        again = gantry("run", "--rm", "--network=none", name, "echo", "x")
        assert (again.out, again.err) == ("x\n", "")
        gantry.ok("rmi", name)

    def test_quietly(self, gantry_once, busy):
        result = gantry_once("run", "-q", "--rm", "--network=none", OPEN, busy, "echo", "x")
        assert (result.code, result.out, result.err) == (0, "x\n", "")

    @pytest.mark.parametrize("verb", ["run", "create"])
    def test_never(self, gantry_once, busy, verb):
        gantry_once.fails(verb, "--pull=never", OPEN, busy, says="image not known")

    @pytest.mark.parametrize("policy, words", [("missing", "first"), ("always", "second"), ("newer", "second")])
    def test_policies(self, gantry_once, registry, place, busy, policy, words):
        push_another(gantry_once, registry, place, "first")
        assert self.run(gantry_once, busy).out == "first\n"
        push_another(gantry_once, registry, place, "second")
        assert self.run(gantry_once, busy, f"--pull={policy}").out == words + "\n"

    @pytest.mark.parametrize("policy, code", [("missing", 0), ("newer", 0), ("never", 0), ("always", 125)])
    def test_without_the_registry(self, gantry_once, registry, busy, policy, code):
        assert self.run(gantry_once, busy, "--entrypoint=/bin/true").code == 0
        registry.close()
        result = self.run(gantry_once, busy, f"--pull={policy}", "--entrypoint=/bin/true")
        assert result.code == code, repr(result)

    def test_newer_of_the_same_is_the_same(self, gantry_once, busy):
        gantry_once.ok("pull", "-q", OPEN, busy)
        before = digest(gantry_once, busy)
        assert self.run(gantry_once, busy, "--pull=newer", "--entrypoint=/bin/true").code == 0
        assert digest(gantry_once, busy) == before

    def test_credentials_file_that_is_missing(self, gantry_once, busy, place):
        gantry_once.fails("run", "--rm", OPEN, f"--authfile={place}/nosuch", busy, says="nosuch|credential")

    def test_another_platform_is_not_taken_from_here(self, gantry_once):
        gantry_once.fails("run", "--rm", "--pull=never", "--platform=linux/s390x", gantry_once.image, "true",
                          says="image not known")
        assert gantry_once.run_ok("--pull=never", "--platform=linux/amd64", gantry_once.image, "echo", "x") == "x"
