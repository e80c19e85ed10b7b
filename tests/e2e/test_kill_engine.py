# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at random moments: the engine and the monitor die, and nothing is wedged."""

import os
import random
import secrets
import signal
import time

import pytest
from support.gantry import until
from support.leaks import LeakCheck

SECONDS = 5  # for each pair of a verb and a runtime


def killed_after(gantry, delay, *words):
    process = gantry.spawn(*words)
    try:
        process.wait(timeout=delay)
    except Exception:
        process.kill()
    process.communicate(timeout=10)
    return process.returncode


def settle(gantry, check, what):
    """rm -f brings it to an end, and then there is nothing left; of a run that died before its
    container had a record, rm cannot know: that is for system check to find."""
    removed = gantry("rm", "-f", "-v", "-t", "0", "victim", timeout=30)
    assert removed.code == 0, f"{what}: {removed!r}"
    assert gantry("container", "exists", "victim").code == 1, what
    if gantry("system", "check").code != 0 or check.settled_report():
        gantry("system", "check", "--repair", timeout=30)
    left = check.settled_report()
    if left and all("/locks/container/" in one for one in left):
        # Killed after the record went and before its lock: nobody knows this id any more.
        gantry.ok("system", "check", "--repair")
        left = check.settled_report()
    assert not left, f"{what} left behind:\n  " + "\n  ".join(left)


def duration_of(gantry, *words):
    began = time.monotonic()
    gantry.ok(*words)
    return time.monotonic() - began


@pytest.mark.parametrize("verb", ["run", "start", "stop", "rm"])
def test_engine_killed(gantry, verb):
    seed = int(os.environ.get("GANTRY_E2E_SEED", secrets.randbits(32)))
    dice = random.Random(seed)
    network = gantry.engine.default_network
    gantry.ok("run", "--rm", gantry.image, "true")  # the network is there from now on
    check = LeakCheck(gantry.engine)
    make = ("--network=" + network, "--name=victim", "-v", "/data", gantry.image, "sleep", "1000")
    whole = duration_of(gantry, "run", "-d", *make)
    settle(gantry, check, "nothing")
    end = time.monotonic() + SECONDS
    rounds = 0
    while time.monotonic() < end or rounds < 5:
        delay = dice.uniform(0, whole)
        what = f"{verb} killed after {delay:.4f} s (GANTRY_E2E_SEED={seed}, round {rounds})"
        if verb == "run":
            killed_after(gantry, delay, "run", "-d", *make)
        else:
            gantry.ok("create" if verb == "start" else "run", *(() if verb == "start" else ("-d",)), *make)
            words = {"start": ["start"], "stop": ["stop", "-t", "0"], "rm": ["rm", "-f", "-v", "-t", "0"]}
            killed_after(gantry, delay, *words[verb], "victim")
        if verb in ("start", "stop") and dice.random() < 0.5:
            # The same request again succeeds.
            again = gantry(*words[verb], "victim", timeout=30)
            assert again.code == 0, f"{what}; again: {again!r}"
        settle(gantry, check, what)
        rounds += 1


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_run_interrupted(gantry, sent):
    dice = random.Random(7)
    check = LeakCheck(gantry.engine)
    make = ("--network=none", "--name=victim", gantry.image, "sleep", "1000")
    whole = duration_of(gantry, "run", "-d", *make)
    settle(gantry, check, "nothing")
    for _ in range(5):
        delay = dice.uniform(0, whole)
        process = gantry.spawn("run", "-d", *make)
        time.sleep(delay)
        process.send_signal(sent)
        process.communicate(timeout=20)
        settle(gantry, check, f"run, signal {sent} after {delay:.4f} s")


def test_monitor_killed(gantry):
    gantry.start(name="orphan")
    before = gantry.state("orphan")
    os.kill(before["ConmonPid"], signal.SIGKILL)
    until(lambda: gantry.status("orphan") == "exited" or gantry.status("orphan") == "stopped",
          "the end is seen")
    assert gantry.state("orphan")["ExitCode"] == -1
    assert gantry.ok("start", "orphan") == "orphan"
    after = gantry.state("orphan")
    assert after["Status"] == "running" and after["Pid"] != before["Pid"]
    assert gantry.ok("exec", "orphan", "echo", "well") == "well"
    gantry.ok("rm", "-f", "-t", "0", "orphan")


def test_monitor_killed_then_removed(gantry):
    gantry.start(name="orphan")
    os.kill(gantry.state("orphan")["ConmonPid"], signal.SIGKILL)
    gantry.ok("rm", "-f", "-t", "0", "orphan")


def test_foreground_client_killed(gantry):
    """--rm is kept although the one who asked for it died: the monitor sees to it."""
    process = gantry.spawn("run", "--rm", "--network=none", "--name=left", gantry.image, "sh", "-c",
                           "echo up; sleep 1")
    assert process.stdout.readline() == b"up\n"
    process.kill()
    until(lambda: gantry("container", "exists", "left").code == 1, "the container is gone", 15)


def test_container_process_killed(gantry):
    gantry.start(name="hit")
    os.kill(gantry.state("hit")["Pid"], signal.SIGKILL)
    assert gantry.ok("wait", "hit") == "137"


def test_many_at_once(gantry_once):
    processes = [
        gantry_once.spawn("run", "--rm", "--network=none", gantry_once.image, "sh", "-c", f"exit {code}")
        for code in range(12)
    ]
    for process in processes:
        process.communicate(timeout=90)
    assert [process.returncode for process in processes] == list(range(12))


def test_same_name_at_once(gantry_once):
    processes = [
        gantry_once.spawn("create", "--network=none", "--name=only", gantry_once.image, "true") for _ in range(8)
    ]
    for process in processes:
        process.communicate(timeout=60)
    assert sorted(process.returncode for process in processes) == [0] + [125] * 7
