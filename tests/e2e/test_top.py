# SPDX-License-Identifier: Apache-2.0
"""top: the processes of a container."""

from support.gantry import until


class TestTop:
    def test_processes(self, gantry):
        gantry.start(name="busy")
        out = gantry.ok("top", "busy")
        assert out.split()[:2] == ["USER", "PID"] and "sleep 1000" in out
        assert gantry.ok("top", "busy", "pid", "comm").splitlines()[0].split() == ["PID", "COMMAND"]
        # Options of ps that select all processes select those of the container.
        pid = str(gantry.state("busy")["Pid"])
        for words in (("-eo", "pid"), ("-e", "-o", "pid"), ("ax", "-o", "pid")):
            pids = gantry.ok("top", "busy", *words).split()[1:]
            assert pid in pids and "1" not in pids
        gantry.fails("top", "busy", "-o", "pid", "-u", "root", says="ps: ")
        until(lambda: "sleep" in gantry.ok("top", "busy", "-eo", "pid,comm"), "the shell's child")

    def test_refused(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("top", "new", says="not running|running containers")
        gantry_once.fails("top", "nosuch", says="no such container")
        gantry_once.start(name="busy")
        gantry_once.fails("top", "busy", "nosuchdescriptor", says="nosuchdescriptor")
