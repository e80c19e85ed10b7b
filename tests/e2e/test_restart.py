# SPDX-License-Identifier: Apache-2.0
"""restart, by the user and by policy."""

import pytest
from support import host
from support.gantry import until


class TestRestart:
    def test_monitor_and_network_are_new(self, gantry):
        gantry.start(name="again", network=gantry.engine.default_network)
        before = gantry.inspect("again")
        with host.end_of(before["State"]["ConmonPid"]) as has_ended:
            gantry.ok("restart", "-t", "5", "again")
            assert has_ended()
        after = gantry.inspect("again")
        assert after["State"]["ConmonPid"] != before["State"]["ConmonPid"]
        assert after["NetworkSettings"]["SandboxKey"]
        assert "inet " in gantry.ok("exec", "again", "ip", "-o", "-4", "addr", "show", "eth0")

    def test_several(self, gantry_once):
        for name in ("a", "b"):
            gantry_once.start(name=name)
        pids = [gantry_once.state(name)["Pid"] for name in ("a", "b")]
        assert gantry_once.ok("restart", "-t", "5", "b", "a").split() == ["b", "a"]
        assert not set(pids) & {gantry_once.state(name)["Pid"] for name in ("a", "b")}

    def test_running(self, gantry):
        gantry.start(name="again")
        before = gantry.state("again")
        assert gantry.ok("restart", "again") == "again"
        after = gantry.state("again")
        assert after["Status"] == "running"
        assert after["Pid"] != before["Pid"]
        assert after["StartedAt"] > before["StartedAt"]

    @pytest.mark.parametrize("verb", ["create", "run"])
    def test_ended_or_new(self, gantry_once, verb):
        gantry_once.ok(verb, "--network=none", "--name=again", gantry_once.image, "true")
        gantry_once.ok("restart", "again")
        assert gantry_once.ok("wait", "again") == "0"

    def test_running_only(self, gantry_once):
        gantry_once.start(name="runs")
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.ok("restart", "--running")
        assert gantry_once.status("new") == "created"

    def test_by_policy(self, gantry):
        script = "echo x >> /count; test $(wc -l < /count) -ge 3 && exit 0; exit 1"
        gantry.ok(
            "run", "-d", "--restart=on-failure:5", "--network=none", "--name=tries",
            gantry.image, "sh", "-c", script,
        )

        def is_over():
            seen = gantry.inspect("tries")
            state = seen["State"]
            return (seen["RestartCount"], state["Status"], state["ExitCode"]) == (2, "exited", 0)

        until(is_over, "the end after two restarts")

    def test_policy_ends_at_a_stop(self, gantry_once):
        gantry_once.start("--restart=always", name="stays")
        with host.end_of(gantry_once.state("stays")["ConmonPid"]) as has_ended:
            gantry_once.ok("stop", "stays")
            until(has_ended, "the end of who would start it again")
        assert gantry_once.status("stays") == "exited"

    def test_missing(self, gantry_once):
        gantry_once.fails("restart", "nosuch", says="no such container")
