# SPDX-License-Identifier: Apache-2.0
"""stop and restart."""

import time

import pytest
from support.gantry import until


def test_own_signal(gantry):
    gantry.ok(
        "run", "-d", "--network=none", "--name=usr", "--stop-signal=USR1", gantry.image,
        "sh", "-c", "trap 'exit 44' USR1; echo ready; sleep 1000 & wait",
    )
    until(lambda: gantry.ok("logs", "usr") == "ready", "the trap of the container")
    assert gantry.ok("stop", "usr") == "usr"
    state = gantry.state("usr")
    assert (state["Status"], state["ExitCode"]) == ("exited", 44)


def test_the_signal_of_the_image(gantry):
    script = "trap 'exit 45' USR1; sleep 1000 & wait"
    gantry.ok(
        "run", "-d", "--network=none", "--name=usr", "--entrypoint=/bin/sh",
        "localhost/configured:1", "-c", script,
    )
    gantry.ok("stop", "usr")
    assert gantry.state("usr")["ExitCode"] == 45


def test_killed_when_the_time_is_over(gantry):
    gantry.ok("run", "-d", "--network=none", "--name=deaf", gantry.image, "sleep", "1000")
    began = time.monotonic()
    gantry.ok("stop", "-t", "1", "deaf")
    assert 0.9 < time.monotonic() - began < 9
    assert gantry.state("deaf")["ExitCode"] == 137


def test_no_time_at_all(gantry):
    gantry.ok("run", "-d", "--network=none", "--name=deaf", gantry.image, "sleep", "1000")
    gantry.ok("stop", "--time=0", "deaf")
    assert gantry.state("deaf")["ExitCode"] == 137


def test_the_container_s_own_time(gantry_once):
    gantry_once.ok(
        "run", "-d", "--stop-timeout=1", "--network=none", "--name=deaf", gantry_once.image,
        "sleep", "1000",
    )
    began = time.monotonic()
    gantry_once.ok("stop", "deaf")
    assert time.monotonic() - began < 9


def test_several_and_all(gantry_once):
    for name in ("a", "b", "c"):
        gantry_once.start(name=name)
    assert gantry_once.ok("stop", "a", "b").split() == ["a", "b"]
    assert len(gantry_once.ok("stop", "--all").split()) == 1
    assert gantry_once.names() == []


def test_stopped_already(gantry_once):
    gantry_once.ok("run", "--network=none", "--name=over", gantry_once.image, "true")
    assert gantry_once.ok("stop", "over") == "over"
    gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
    assert gantry_once.ok("stop", "new") == "new"


def test_rm_container_goes(gantry):
    gantry.start("--rm", name="brief")
    gantry.ok("stop", "brief")
    until(lambda: gantry("container", "exists", "brief").code == 1, "the container is gone")


def test_cidfile_latest_filter(gantry_once, place):
    gantry_once.start(f"--cidfile={place}/cid", name="one")
    gantry_once.ok("stop", f"--cidfile={place}/cid")
    gantry_once.start("-l", "colour=red", name="two")
    gantry_once.ok("stop", "--filter=label=colour=red")
    gantry_once.start(name="three")
    gantry_once.ok("stop", "--latest")
    assert gantry_once.names() == []


def test_missing(gantry_once):
    gantry_once.fails("stop", "nosuch", says="no such container")
    gantry_once.ok("stop", "--ignore", "nosuch")
    gantry_once.fails("stop", says="at least one name or id")
    gantry_once.fails("stop", "-t", "x", "nosuch", says="invalid argument")


class TestRestart:
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

        until(is_over, "the end after two restarts", 20)

    def test_policy_ends_at_a_stop(self, gantry_once):
        gantry_once.start("--restart=always", name="stays")
        gantry_once.ok("stop", "stays")
        time.sleep(0.5)
        assert gantry_once.status("stays") == "exited"

    def test_missing(self, gantry_once):
        gantry_once.fails("restart", "nosuch", says="no such container")
