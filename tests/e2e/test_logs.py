# SPDX-License-Identifier: Apache-2.0
"""logs and attach."""

import re
import time

import pytest
from support.gantry import until


@pytest.fixture
def counted(gantry):
    gantry.ok("run", "--network=none", "--name=said", gantry.image, "sh", "-c",
              "for i in 1 2 3 4 5; do echo line $i; done; echo err >&2")
    return gantry


class TestLogs:
    def test_all(self, counted):
        result = counted("logs", "said")
        assert result.lines == [f"line {i}" for i in range(1, 6)]
        assert result.err == "err\n"

    def test_tail(self, counted):
        assert counted("logs", "--tail=3", "said").out.split("\n")[-3:-1] == ["line 4", "line 5"]
        assert counted("logs", "--tail=0", "said").out == ""

    def test_timestamps(self, counted):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* line 1\n", counted("logs", "-t", "said").out)

    def test_since_and_until(self, gantry_once):
        gantry_once.ok("run", "--network=none", "--name=said", gantry_once.image, "echo", "x")
        assert gantry_once("logs", "--since=1h", "said").out == "x\n"
        assert gantry_once("logs", "--until=1h", "said").out == ""
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        assert gantry_once("logs", f"--since={later}", "said").out == ""
        gantry_once.fails("logs", "--since=nonsense", "said", says="nonsense")

    def test_without_a_last_newline(self, gantry):
        gantry.ok("run", "--network=none", "--name=said", gantry.image, "printf", "no end")
        assert gantry("logs", "said").out.rstrip("\n") == "no end"

    def test_long_lines(self, gantry_once):
        gantry_once.ok("run", "--network=none", "--name=said", gantry_once.image, "sh", "-c",
                       "head -c 100000 /dev/zero | tr '\\0' x; echo")
        assert gantry_once("logs", "said").out == "x" * 100000 + "\n"

    def test_follow_ends_with_the_container(self, gantry):
        gantry.ok("run", "-d", "--network=none", "--name=talks", gantry.image, "sh", "-c",
                  "for i in 1 2 3; do echo $i; sleep 0.2; done")
        assert gantry.ok("logs", "-f", "talks", timeout=20).split() == ["1", "2", "3"]

    def test_several(self, gantry_once):
        for name in ("a", "b"):
            gantry_once.ok("run", "--network=none", f"--name={name}", gantry_once.image, "echo", name)
        out = gantry_once.ok("logs", "--names", "a", "b")
        assert sorted(out.splitlines()) == ["a a", "b b"]

    @pytest.mark.parametrize("driver", ["k8s-file", "json-file"])
    def test_drivers(self, gantry_once, driver, place):
        gantry_once.ok("run", f"--log-driver={driver}", f"--log-opt=path={place}/log", "--network=none",
                       "--name=said", gantry_once.image, "echo", "to the file")
        assert gantry_once.ok("logs", "said") == "to the file"
        assert "to the file" in (place / "log").read_text()

    def test_no_log(self, gantry_once):
        gantry_once.ok("run", "--log-driver=none", "--network=none", "--name=said", gantry_once.image, "echo", "x")
        gantry_once.fails("logs", "said", says="none")

    def test_passthrough(self, gantry_once):
        result = gantry_once.run("--log-driver=passthrough", gantry_once.image, "echo", "straight")
        assert result.out == "straight\n"

    def test_missing(self, gantry_once):
        gantry_once.fails("logs", "nosuch", says="no such container")
        gantry_once.fails("logs", says="at least one container name")


class TestAttach:
    def test_output_and_exit_code(self, gantry):
        gantry.ok("run", "-d", "-i", "--network=none", "--name=echoes", gantry.image, "sh", "-c",
                  "read line; echo got $line; exit 6")
        result = gantry("attach", "echoes", input="word\n")
        assert (result.code, result.out) == (6, "got word\n")

    def test_signals_are_passed_on(self, gantry):
        import signal

        gantry.ok("run", "-d", "--network=none", "--name=hears", gantry.image, "sh", "-c",
                  "trap 'echo heard; exit 9' TERM; while true; do echo tick; sleep 0.1; done")
        process = gantry.spawn("attach", "--no-stdin", "hears")
        assert process.stdout.readline() == b"tick\n"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=15)
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
        import subprocess

        first = gantry_once.spawn("attach", "--no-stdin", "cat")
        second = gantry_once.spawn("attach", "cat", stdin=subprocess.PIPE)
        until(lambda: first.poll() is None and second.poll() is None, "two clients")
        time.sleep(0.5)
        assert second.communicate(b"to both\n", timeout=15)[0] == b"to both\n"
        assert first.communicate(timeout=15)[0] == b"to both\n"

    def test_refused(self, gantry_once):
        gantry_once.fails("attach", "nosuch", says="no such container")
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("attach", "new", says="running containers")
        gantry_once.fails("attach")
