# SPDX-License-Identifier: Apache-2.0
"""stop: the container's own signal and time, then SIGKILL."""

import time

from support import host
from support.gantry import until


def deaf(gantry, *words):
    """A container called deaf, which ignores SIGTERM by now: its runtime might not."""
    gantry.ok("run", "-d", "--network=none", "--name=deaf", *words, gantry.image, "sh", "-c",
              "trap '' TERM; echo ready; exec sleep 1000")
    until(lambda: gantry.ok("logs", "deaf") == "ready", "the trap of the container")


def test_own_signal(gantry):
    gantry.ok(
        "run", "-d", "--network=none", "--name=usr", "--stop-signal=USR1",
        "--stop-timeout=80", gantry.image, "sh", "-c", "trap 'exit 44' USR1; echo ready; sleep 1000 & wait",
    )
    until(lambda: gantry.ok("logs", "usr") == "ready", "the trap of the container")
    assert gantry.ok("stop", "usr") == "usr"
    state = gantry.state("usr")
    assert (state["Status"], state["ExitCode"]) == ("exited", 44)


def test_the_signal_of_the_image(gantry):
    script = "trap 'exit 45' USR1; echo ready; sleep 1000 & wait"
    gantry.ok(
        "run", "-d", "--network=none", "--name=usr", "--entrypoint=/bin/sh",
        "--stop-timeout=80", "localhost/configured:1", "-c", script,
    )
    until(lambda: gantry.ok("logs", "usr") == "ready", "the trap of the container")
    gantry.ok("stop", "usr")
    assert gantry.state("usr")["ExitCode"] == 45


def test_killed_when_the_time_is_over(gantry):
    deaf(gantry, "--stop-timeout=1000")
    began = time.monotonic()
    stopped = gantry("stop", "-t", "1", "deaf")
    assert time.monotonic() - began > 0.9
    assert stopped.code == 0
    assert "StopSignal SIGTERM failed to stop container deaf in 1 seconds, resorting to SIGKILL" in stopped.err
    assert gantry.state("deaf")["ExitCode"] == 137


def test_no_time_at_all(gantry):
    gantry.ok("run", "-d", "--network=none", "--name=deaf", gantry.image, "sleep", "1000")
    gantry.ok("stop", "--time=0", "deaf")
    assert gantry.state("deaf")["ExitCode"] == 137


def test_the_container_s_own_time(gantry_once):
    deaf(gantry_once, "--stop-timeout=1")
    assert "in 1 seconds, resorting to SIGKILL" in gantry_once("stop", "deaf").err


def test_several_and_all(gantry_once):
    for name in ("a", "b", "c"):
        gantry_once.start(name=name)
    assert gantry_once.ok("stop", "a", "b").split() == ["a", "b"]
    assert len(gantry_once.ok("stop", "--all").split()) == 1
    assert gantry_once.names() == []


def test_several_at_once(gantry, place):
    """Each, when told to end, waits for the others to have been told: one after the other none
    of them would end in time."""
    script = (
        "trap 'touch /meet/$ME; while ! { [ -e /meet/a ] && [ -e /meet/b ] && [ -e /meet/c ]; }; "
        "do sleep 0.05; done; exit 9' TERM; echo ready; sleep 1000 & wait"
    )
    for name in ("a", "b", "c"):
        gantry.ok("run", "-d", "--network=none", f"--name={name}", f"--env=ME={name}",
                  "--stop-timeout=80", "-v", f"{place}:/meet", gantry.image, "sh", "-c", script)
        until(lambda one=name: gantry.ok("logs", one) == "ready", "the trap of the container")
    assert gantry.ok("stop", "c", "a", "b").split() == ["c", "a", "b"]
    assert [gantry.state(name)["ExitCode"] for name in "abc"] == [9, 9, 9]


def test_all_processes_where_there_is_no_pid_namespace(gantry):
    """The end of the first process would not end the others."""
    gantry.ok("run", "-d", "--pid=host", "--network=none", "--name=loose", gantry.image, "sh", "-c",
              "trap 'exit 0' TERM; (trap '' TERM; exec sleep 1000) & echo $!; wait")
    other = int(until(lambda: gantry.ok("logs", "loose"), "the processes of the container"))
    with host.end_of(other) as has_ended:
        gantry.ok("stop", "-t", "1", "loose")
        until(has_ended, "the end of the other process")


def test_one_that_fails_keeps_no_other(gantry_once):
    gantry_once.start(name="cold")
    gantry_once.ok("pause", "cold")
    gantry_once.start(name="warm")
    result = gantry_once.fails("stop", "cold", "warm", "nosuch", code=None, says="paused")
    assert result.out.split() == ["warm"]
    assert gantry_once.status("warm") == "exited"


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
