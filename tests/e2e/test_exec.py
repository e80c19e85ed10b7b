# SPDX-License-Identifier: Apache-2.0
"""exec: another process in a running container."""

import re

import pytest
from support.gantry import until


@pytest.fixture
def box(gantry):
    gantry.start("-e", "COLOUR=green", name="box")
    return gantry


@pytest.mark.parametrize("code", [0, 1, 42, 125, 255])
def test_exit_codes(box, code):
    assert box("exec", "box", "sh", "-c", f"exit {code}").code == code


def test_streams(box):
    result = box("exec", "box", "sh", "-c", "echo out; echo err >&2")
    assert (result.code, result.out, result.err) == (0, "out\n", "err\n")


def test_stdin(box):
    assert box.ok("exec", "-i", "box", "cat", input="piped in") == "piped in"
    assert box.ok("exec", "box", "cat", input="piped in") == ""


def test_killed_by_a_signal(box):
    assert box("exec", "box", "sh", "-c", "kill -9 $$").code == 137


def test_not_found(box):
    box.fails("exec", "box", "nosuch", code=127, says="nosuch")
    box.fails("exec", "box", "/no/such", code=127, says="/no/such")


def test_cannot_be_invoked(box):
    box.fails("exec", "box", "/bin/not-a-program", code=126, says="[Pp]ermission denied")


def test_environment(box, place):
    (place / "env").write_text("FROM_FILE=yes\n# a comment\n")
    out = box.ok(
        "exec", "-e", "MORE=1", f"--env-file={place}/env", "box", "sh", "-c",
        "echo $COLOUR $MORE $FROM_FILE",
    )
    assert out == "green 1 yes"


def test_workdir(box):
    assert box.ok("exec", "-w", "/tmp", "box", "pwd") == "/tmp"
    box.fails("exec", "-w", "/no/such", "box", "pwd", code=None, says="no/such|chdir")


@pytest.mark.parametrize(
    "user, shown",
    [
        ("alice", "uid=1000(alice) gid=1000(alice)"),
        ("1000:50", "uid=1000(alice) gid=50(staff)"),
        ("4242", "uid=4242 gid=0(root)"),
        ("root", "uid=0(root) gid=0(root)"),
    ],
)
def test_users(box, user, shown):
    assert box.ok("exec", "-u", user, "box", "id").startswith(shown)


def test_unknown_user(box):
    box.fails("exec", "-u", "nobodyhere", "box", "id", says="nobodyhere")


def test_privileged(box):
    def effective(*words):
        status = box.ok("exec", *words, "box", "cat", "/proc/self/status")
        return int(re.search(r"CapEff:\s*(\w+)", status)[1], 16)

    assert effective() == 0x800405FB
    assert effective("--privileged") & (1 << 21)  # CAP_SYS_ADMIN


def test_same_namespaces(box):
    for kind in ("mnt", "pid", "net", "uts", "ipc"):
        link = box.ok("exec", "box", "readlink", f"/proc/self/ns/{kind}")
        assert link == box.ok("exec", "box", "readlink", f"/proc/1/ns/{kind}")


def test_detached(box):
    session = box.ok("exec", "-d", "box", "sh", "-c", "echo done > /tmp/done")
    assert re.fullmatch(r"[0-9a-f]{64}", session)
    until(lambda: box("exec", "box", "cat", "/tmp/done").out == "done\n", "the file is written")


def test_sessions_leave_nothing(box):
    sessions = box.engine.run / "containers" / box.inspect("box")["Id"] / "exec"
    for _ in range(20):
        box.ok("exec", "box", "true")
        box.ok("exec", "-d", "box", "true")
    until(lambda: not box.inspect("box")["ExecIDs"], "no sessions are left")
    until(lambda: not any(sessions.iterdir()), "no folders of them are left")


def test_session_whose_output_nobody_takes(box):
    gone = box.engine.with_closed(">&-", f"--runtime={box.runtime}", "exec", "box", "echo", "x")
    assert gone.code == 141
    until(lambda: not box.inspect("box")["ExecIDs"], "its monitor has forgotten it")


def test_session_that_the_next_start_forgets(box):
    box.ok("exec", "-d", "box", "sleep", "1000")
    assert len(box.inspect("box")["ExecIDs"]) == 1
    box.ok("restart", "-t", "0", "box")
    assert not box.inspect("box")["ExecIDs"]


def test_terminal(box):
    terminal = box.terminal("exec", "-it", "box", "sh")
    terminal.expect(r"[#$] ")
    assert terminal.is_raw()
    terminal.send("tty; echo co''lumns; exit 9\r")
    terminal.expect(r"/dev/(pts/\d+|console)")
    terminal.expect("columns")
    assert terminal.wait() == 9
    assert terminal.is_restored()


def test_terminal_is_resized(box):
    terminal = box.terminal("exec", "-it", "box", "sh", rows=30, columns=90)
    terminal.expect(r"[#$] ")
    terminal.send("stty size\r")
    terminal.expect("30 90")
    terminal.resize(40, 100)

    def shown():
        terminal.send("stty size\r")
        return terminal.expect(r"(\d+ \d+)\r")[1]

    until(lambda: shown() == "40 100", "the new size")
    terminal.send("exit\r")
    assert terminal.wait() == 0


def test_detach_keys(box):
    terminal = box.terminal("exec", "-it", "--detach-keys=ctrl-x,y", "box", "sh")
    terminal.expect(r"[#$] ")
    terminal.send("\x18y")
    assert terminal.wait() == 0
    assert terminal.is_restored()
    assert box.status("box") == "running"


def test_dash_t_without_terminal(box):
    assert "/dev/" in box.ok("exec", "-t", "box", "tty")


class TestBadInput:
    def test_missing(self, gantry_once):
        gantry_once.fails("exec", "nosuch", "true", says="no such container")
        gantry_once.fails("exec", says="exec requires the name or ID")

    def test_no_command(self, gantry_once):
        gantry_once.start(name="idle")
        gantry_once.fails("exec", "idle", says="non-empty command")

    def test_not_running(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=idle", gantry_once.image, "true")
        gantry_once.fails("exec", "idle", "true", says="container state improper")

    def test_latest(self, gantry_once):
        gantry_once.start(name="idle")
        assert gantry_once.ok("exec", "-l", "echo", "latest") == "latest"
