# SPDX-License-Identifier: Apache-2.0
"""run -it on a real pseudo-terminal."""

import os
import signal

import pytest
from support.gantry import until


def shell(gantry, *words, **how):
    terminal = gantry.terminal("run", "--rm", "-it", "--network=none", *words, gantry.image, "sh", **how)
    terminal.expect(r"[#$] ")
    return terminal


def test_raw_while_it_runs_and_restored(gantry):
    terminal = shell(gantry)
    assert terminal.is_raw()
    terminal.send("tty; exit 12\r")
    terminal.expect("/dev/")
    assert terminal.wait() == 12
    assert terminal.is_restored()


def test_size(gantry):
    terminal = shell(gantry, rows=33, columns=99)

    def size():
        terminal.send("stty size\r")
        seen = terminal.expect(r"(\d+ \d+)\r")[1]
        terminal.expect(r"[#$] ")
        return seen

    assert size() == "33 99"
    terminal.resize(44, 111)
    until(lambda: size() == "44 111", "the new size")
    terminal.send("exit\r")
    assert terminal.wait() == 0


def test_control_c_is_the_container_s(gantry):
    terminal = shell(gantry)
    # Ended by the trap, whether the signal comes before the sleep or during it.
    script = 'trap "echo interr""upted; exit" INT; echo wai""ting; while :; do sleep 1; done'
    terminal.send(f"sh -c '{script}'\r")
    terminal.expect("waiting")
    terminal.send("\x03")
    terminal.expect("interrupted")
    terminal.expect(r"[#$] ")  # what is typed before the prompt is read may be thrown away
    terminal.send("exit 3\r")
    assert terminal.wait() == 3


def test_end_of_input(gantry):
    terminal = shell(gantry)
    terminal.send("\x04")
    assert terminal.wait() == 0


@pytest.mark.parametrize("keys, typed", [(None, "\x10\x11"), ("a,b", "ab"), ("ctrl-z", "\x1a")])
def test_detach(gantry_once, keys, typed):
    words = [f"--detach-keys={keys}"] if keys else []
    terminal = gantry_once.terminal(
        "run", "-it", "--network=none", "--name=left", *words, gantry_once.image, "sh"
    )
    terminal.expect(r"[#$] ")
    terminal.send(typed)
    assert terminal.wait() == 0
    assert terminal.is_restored()
    assert gantry_once.status("left") == "running"


def test_detach_from_rm_container(gantry):
    terminal = shell(gantry, "--name=left")
    terminal.send("\x10\x11")
    assert terminal.wait() == 0
    assert gantry.status("left") == "running"
    gantry.ok("stop", "-t", "0", "left")


def test_restored_when_killed_politely(gantry_once):
    terminal = shell(gantry_once, "--sig-proxy=false", "--name=left")
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert terminal.wait() != 0
    assert terminal.is_restored()


@pytest.mark.parametrize("verb", ["attach", "exec"])
def test_restored_when_a_client_is_killed_politely(gantry_once, verb):
    words = (gantry_once.image, "sh", "-c", "while :; do echo tick; sleep 0.1; done")
    gantry_once.ok("run", "-d", "-t", "--network=none", "--name=box", *words)
    words = ("--sig-proxy=false", "box") if verb == "attach" else ("-it", "box", *words[1:])
    terminal = gantry_once.terminal(verb, *words)
    terminal.expect("tick")
    assert terminal.is_raw()
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert terminal.wait() != 0
    assert terminal.is_restored()


@pytest.mark.parametrize("verb", ["run", "attach", "exec"])
def test_restored_when_the_container_is_killed(gantry, verb):
    words = ("--name=box", "--network=none", gantry.image, "sh", "-c",
             "while :; do echo tick; sleep 0.1; done")
    if verb == "run":
        terminal = gantry.terminal("run", "-it", *words)
    else:
        gantry.ok("run", "-d", "-t", *words)
        command = words[3:] if verb == "exec" else ()
        terminal = gantry.terminal(verb, *(["-it"] if command else []), "box", *command)
    terminal.expect("tick")
    assert terminal.is_raw()
    os.kill(gantry.state("box")["Pid"], signal.SIGKILL)
    assert terminal.wait() == 137
    assert terminal.is_restored()


def test_restored_after_an_error(gantry_once):
    terminal = gantry_once.terminal("run", "--rm", "-it", "--network=none", gantry_once.image, "/no/such")
    assert terminal.wait() == 127
    assert terminal.is_restored()


def test_tty_without_a_terminal(gantry):
    result = gantry.run("-t", gantry.image, "tty")
    assert result.code == 0 and "/dev/" in result.out
