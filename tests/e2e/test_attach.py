# SPDX-License-Identifier: Apache-2.0
"""attach: a client of the container that runs already."""

import signal
import subprocess

from support.gantry import PATIENCE, until


class TestAttach:
    def test_output_and_exit_code(self, gantry):
        gantry.ok("run", "-d", "-i", "--network=none", "--name=echoes", gantry.image, "sh", "-c",
                  "read line; echo got $line; exit 6")
        result = gantry("attach", "echoes", input="word\n")
        assert (result.code, result.out) == (6, "got word\n")

    def test_signals_are_passed_on(self, gantry):
        gantry.ok("run", "-d", "--network=none", "--name=hears", gantry.image, "sh", "-c",
                  "trap 'echo heard; exit 9' TERM; while true; do echo tick; sleep 0.1; done")
        process = gantry.spawn("attach", "--no-stdin", "hears")
        assert process.stdout.readline() == b"tick\n"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 9 and out.endswith(b"heard\n")

    def test_detach_and_attach_again(self, gantry):
        gantry.ok("run", "-d", "-it", "--network=none", "--name=shell", gantry.image, "sh")
        for _ in range(2):
            terminal = gantry.terminal("attach", "shell")
            terminal.send("echo he''re\r")
            terminal.expect("here")
            terminal.send("\x10\x11")
            assert terminal.wait() == 0
            assert terminal.is_restored()
        assert gantry.status("shell") == "running"
        terminal = gantry.terminal("attach", "shell")
        terminal.send("exit 8\r")
        assert terminal.wait() == 8

    def test_two_clients(self, gantry_once):
        gantry_once.ok("run", "-d", "-i", "--network=none", "--name=cat", gantry_once.image, "head", "-n1")
        first = gantry_once.spawn("attach", "--no-stdin", "cat")
        second = gantry_once.spawn("attach", "cat", stdin=subprocess.PIPE)
        attached = ("events", "--stream=false", "--since=1h", "--filter=event=attach",
                    "--filter=container=cat", "--format={{.Name}}")
        until(lambda: len(gantry_once(*attached).lines) == 2, "two clients")
        assert second.communicate(b"to both\n", timeout=PATIENCE)[0] == b"to both\n"
        assert first.communicate(timeout=PATIENCE)[0] == b"to both\n"

    def test_refused(self, gantry_once):
        gantry_once.fails("attach", "nosuch", says="no such container")
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("attach", "new", says="running containers")
        gantry_once.fails("attach")
