# SPDX-License-Identifier: Apache-2.0
"""wait: for an end, or for another condition, by events."""

import pathlib
import signal
import time

import pytest
from support import host
from support.gantry import PATIENCE, until


class TestWait:
    def test_of_one_that_ended(self, gantry):
        gantry("run", "--network=none", "--name=over", gantry.image, "sh", "-c", "exit 3")
        assert gantry.ok("wait", "over") == "3"

    def test_waits_for_the_end(self, gantry):
        gantry.ok("run", "-d", "--network=none", "--name=soon", gantry.image, "sh", "-c", "sleep 0.5; exit 4")
        assert gantry.ok("wait", "soon") == "4"

    def test_several(self, gantry_once):
        for code in (5, 6):
            gantry_once.ok(
                "run", "-d", "--network=none", f"--name=c{code}", gantry_once.image,
                "sh", "-c", f"sleep 0.3; exit {code}",
            )
        assert gantry_once.ok("wait", "c6", "c5").split() == ["6", "5"]

    def test_conditions(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "sleep", "1000")
        waits = gantry_once.spawn("wait", "--condition=running", "new")
        gantry_once.ok("start", "new")
        waits.communicate(timeout=PATIENCE)
        assert waits.returncode == 0
        gone = gantry_once.spawn("wait", "--condition=removed", "new")
        until(lambda: host.watches(gone.pid), "the wait to begin")
        gantry_once.ok("rm", "-f", "-t", "0", "new")
        gone.communicate(timeout=PATIENCE)
        assert gone.returncode == 0

    def test_killed_meanwhile(self, gantry_once):
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "long")
        until(lambda: host.watches(waits.pid), "the wait to begin")
        gantry_once.ok("kill", "long")
        assert waits.communicate(timeout=PATIENCE)[0] == b"137\n"

    def test_interrupted(self, gantry_once):
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "long")
        until(lambda: host.watches(waits.pid), "the wait to begin")
        waits.send_signal(signal.SIGINT)
        assert waits.wait(PATIENCE) != 0

    def test_refused(self, gantry_once):
        gantry_once.fails("wait", "nosuch", says="no such container")
        gantry_once.ok("wait", "--ignore", "nosuch")
        gantry_once.fails("wait", "--condition=nosuch", "x", says="nosuch|no such container")
        gantry_once.fails("wait", says="requires a name")


class TestConditions:
    @pytest.mark.parametrize("condition", ["stopped", "exited"])
    def test_end(self, gantry, condition):
        gantry.start(name="long")
        waits = gantry.spawn("wait", f"--condition={condition}", "long")
        gantry.ok("kill", "-s", "TERM", "long")
        assert waits.communicate(timeout=PATIENCE)[0] == b"0\n"

    def test_paused(self, gantry):
        gantry.start(name="long")
        waits = gantry.spawn("wait", "--condition=paused", "long")
        gantry.ok("pause", "long")
        assert waits.communicate(timeout=PATIENCE)[0] == b"-1\n"

    def test_one_of_several(self, gantry_once):
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "--condition=paused", "--condition=exited", "long")
        gantry_once.ok("stop", "long")
        assert waits.communicate(timeout=PATIENCE)[0] == b"0\n"

    def test_holds_already(self, gantry_once):
        gantry_once.start(name="long")
        assert gantry_once.ok("wait", "--condition=running", "long") == "-1"

    def test_it_sleeps_meanwhile(self, gantry_once):
        """By events: whoever waits is not woken as long as nothing happens."""
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "long")
        folder = pathlib.Path(f"/proc/{waits.pid}")

        def wakes():
            lines = (folder / "status").read_text().splitlines()
            return int([line for line in lines if line.startswith("voluntary")][0].split()[1])

        def quiet():
            before = wakes()
            time.sleep(1)
            return wakes() - before <= 1

        until(lambda: host.watches(waits.pid), "the wait to begin")
        until(quiet, "a second without a wake")
        gantry_once.ok("kill", "long")
        assert waits.communicate(timeout=PATIENCE)[0] == b"137\n"
