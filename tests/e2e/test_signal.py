# SPDX-License-Identifier: Apache-2.0
"""kill, pause, unpause and wait."""

import signal
import threading

import pytest
from support.gantry import until


class TestKill:
    def test_by_default_it_is_the_end(self, gantry):
        gantry.start(name="ends")
        assert gantry.ok("kill", "ends") == "ends"
        assert gantry.ok("wait", "ends") == "137"

    @pytest.mark.parametrize("word", ["USR1", "SIGUSR1", "10", "usr1"])
    def test_signals_by_name_and_number(self, gantry, word):
        gantry.ok(
            "run", "-d", "--network=none", "--name=hears", gantry.image, "sh", "-c",
            "trap 'exit 51' USR1; echo ready; sleep 1000 & wait",
        )
        until(lambda: gantry.ok("logs", "hears") == "ready", "the trap of the container")
        gantry.ok("kill", "-s", word, "hears")
        assert gantry.ok("wait", "hears") == "51"

    def test_all(self, gantry_once):
        gantry_once.start(name="a")
        gantry_once.start(name="b")
        assert len(gantry_once.ok("kill", "--all").split()) == 2
        assert sorted(gantry_once.ok("wait", "a", "b").split()) == ["137", "137"]

    def test_refused(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("kill", "new", says="container state improper")
        gantry_once.fails("kill", "nosuch", says="no such container")
        gantry_once.fails("kill", "-s", "NOSUCH", "new", says="NOSUCH")
        gantry_once.fails("kill", says="at least one name or id")


class TestPause:
    def test_pause_and_unpause(self, gantry):
        gantry.start(name="cold")
        assert gantry.ok("pause", "cold") == "cold"
        assert gantry.state("cold")["Paused"] is True
        assert gantry.ok("ps", "--format={{.Status}}").endswith("(Paused)")
        gantry.fails("exec", "cold", "true", says="paused")
        gantry.fails("pause", "cold", says="already paused")
        assert gantry.ok("unpause", "cold") == "cold"
        assert gantry.status("cold") == "running"
        assert gantry.ok("exec", "cold", "echo", "warm") == "warm"

    def test_rm_force_of_a_paused_one(self, gantry):
        gantry.start(name="cold")
        gantry.ok("pause", "cold")
        gantry.fails("rm", "cold", code=None, says="paused")
        gantry.ok("rm", "-f", "-t", "0", "cold")

    def test_refused(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("pause", "new", says="not running")
        gantry_once.fails("unpause", "new", says="not paused")
        gantry_once.fails("pause", "nosuch", says="no such container")

    def test_all(self, gantry_once):
        gantry_once.start(name="a")
        gantry_once.ok("pause", "--all")
        gantry_once.ok("unpause", "--all")
        assert gantry_once.status("a") == "running"


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
        waits.communicate(timeout=10)
        assert waits.returncode == 0
        gone = gantry_once.spawn("wait", "--condition=removed", "new")
        gantry_once.ok("rm", "-f", "-t", "0", "new")
        gone.communicate(timeout=10)
        assert gone.returncode == 0

    def test_of_a_restarted_client(self, gantry_once):
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "long")
        threading.Timer(0.3, lambda: gantry_once("kill", "long")).start()
        assert waits.communicate(timeout=15)[0] == b"137\n"

    def test_interrupted(self, gantry_once):
        gantry_once.start(name="long")
        waits = gantry_once.spawn("wait", "long")
        until(lambda: waits.poll() is None, "the wait")
        waits.send_signal(signal.SIGINT)
        assert waits.wait(timeout=5) != 0

    def test_refused(self, gantry_once):
        gantry_once.fails("wait", "nosuch", says="no such container")
        gantry_once.ok("wait", "--ignore", "nosuch")
        gantry_once.fails("wait", "--condition=nosuch", "x", says="nosuch|no such container")
        gantry_once.fails("wait", says="at least one name or id")
