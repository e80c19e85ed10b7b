# SPDX-License-Identifier: Apache-2.0
"""run: foreground and detached, exit codes, streams, what is left."""

import os
import signal
import subprocess

import pytest
from support.gantry import PATIENCE, until


def test_prints_and_returns(gantry):
    result = gantry.run(gantry.image, "echo", "hello")
    assert (result.code, result.out, result.err) == (0, "hello\n", "")


@pytest.mark.parametrize("code", [1, 7, 125, 126, 127, 255])
def test_exit_code_of_the_command(gantry, code):
    assert gantry.run(gantry.image, "sh", "-c", f"exit {code}").code == code


@pytest.mark.parametrize("name", ["KILL", "TERM"])
def test_exit_code_after_a_signal(gantry, name):
    number = getattr(signal, f"SIG{name}")
    # A first process ignores what it has no handler for, so a child of it dies in its place.
    result = gantry.run("--init=false", gantry.image, "sh", "-c", f"sh -c 'kill -{name} $$'; exit $?")
    assert result.code == 128 + number


def test_command_not_found(gantry):
    gantry.fails("run", "--rm", "--network=none", gantry.image, "/no/such", code=127, says="/no/such")
    gantry.fails("run", "--rm", "--network=none", gantry.image, "nosuch", code=127, says="nosuch")


def test_command_cannot_be_invoked(gantry):
    gantry.fails(
        "run", "--rm", "--network=none", gantry.image, "/bin/not-a-program", code=126,
        says="[Pp]ermission denied",
    )
    gantry.fails("run", "--rm", "--network=none", gantry.image, "/etc", code=126)


def test_streams_stay_apart(gantry):
    result = gantry.run(gantry.image, "sh", "-c", "echo out; echo err >&2")
    assert (result.out, result.err) == ("out\n", "err\n")


def test_stdin_is_piped(gantry):
    result = gantry.run("-i", gantry.image, "cat", input="a line\nanother")
    assert (result.code, result.out) == (0, "a line\nanother")


def test_large_stdin_and_binary_output(gantry):
    data = os.urandom(1 << 20)
    result = gantry.run("-i", gantry.image, "cat", input=data)
    assert result.code == 0
    assert result.raw_out == data


def test_without_i_stdin_is_empty(gantry):
    assert gantry.run(gantry.image, "cat", input="not for you").out == ""


def test_attach_chooses_streams(gantry):
    result = gantry.run("-a", "stderr", gantry.image, "sh", "-c", "echo out; echo err >&2")
    assert (result.out, result.err) == ("", "err\n")
    gantry.fails("run", "-a", "nonsense", gantry.image, says="invalid stream")


def test_detached_prints_the_id(gantry):
    identity = gantry.start()
    assert len(identity) == 64
    assert gantry.status(identity) == "running"
    assert gantry.ok("ps", "-q", "--no-trunc") == identity


def test_detached_rm_goes_by_itself(gantry):
    identity = gantry.ok("run", "-d", "--rm", "--network=none", gantry.image, "true")
    until(lambda: gantry("container", "exists", identity).code == 1, "the container is gone")


def test_without_rm_it_stays(gantry):
    gantry.ok("run", "--network=none", "--name=stays", gantry.image, "sh", "-c", "echo kept")
    assert gantry.status("stays") == "exited"
    assert gantry.ok("logs", "stays") == "kept"


@pytest.mark.parametrize("name", ["INT", "TERM", "USR1"])
def test_signals_are_passed_on(gantry, name):
    script = f"trap 'echo got {name}; exit 33' {name}; echo ready; while true; do sleep 0.1; done"
    process = gantry.spawn("run", "--rm", "--network=none", gantry.image, "sh", "-c", script)
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, f"SIG{name}"))
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (33, f"got {name}\n".encode()), err


def test_signals_are_not_passed_on(gantry):
    process = gantry.spawn(
        "run", "--name=deaf", "--sig-proxy=false", "--network=none", gantry.image, "sh", "-c",
        "trap 'exit 33' TERM; echo ready; while true; do sleep 0.1; done",
    )
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) != 33
    assert gantry.status("deaf") == "running"


def test_cidfile(gantry, place):
    file = place / "cid"
    gantry.run_ok(f"--cidfile={file}", gantry.image, "true")
    assert len(file.read_text().strip()) == 64
    gantry.fails("run", f"--cidfile={file}", gantry.image, "true", says="container id file exists")


def test_cidfile_that_cannot_be_written_makes_no_container(gantry_once, place):
    for verb in ("run", "create"):
        gantry_once.fails(verb, "--name=box", f"--cidfile={place}/nosuch/cid", gantry_once.image, "true",
                          says="no such file or directory")
    assert gantry_once("container", "exists", "box").code == 1


def test_pidfile(gantry, place):
    identity = gantry.start(f"--pidfile={place}/pid", f"--conmon-pidfile={place}/conmon")
    state = gantry.state(identity)
    assert int((place / "pid").read_text()) == state["Pid"]
    assert int((place / "conmon").read_text()) == state["ConmonPid"]


def test_replace(gantry):
    first = gantry.start(name="same")
    gantry.fails("run", "--name=same", gantry.image, says="already in use")
    second = gantry.start("--replace", name="same")
    assert first != second
    assert gantry.ok("ps", "-aq", "--no-trunc") == second


def test_options_end_at_the_image(gantry):
    assert gantry.run_ok(gantry.image, "echo", "--rm", "-d") == "--rm -d"
    assert gantry.run_ok("--", gantry.image, "echo", "x") == "x"


def test_init_reaps(gantry):
    words = gantry.run_ok("--init", gantry.image, "sh", "-c", "cat /proc/1/comm; echo $$")
    first, pid = words.split()
    assert first not in ("sh", "busybox") and int(pid) > 1


def test_output_to_a_closed_pipe(gantry):
    process = subprocess.Popen(
        gantry.engine.argv("run", "--rm", "--network=none", gantry.image, "seq", "1", "30000"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    assert process.stdout.readline() == b"1\n"
    process.stdout.close()
    assert process.wait(PATIENCE) == 128 + signal.SIGPIPE


class TestClosedStreams:
    """Whoever starts gantry may have closed its standard streams; no file of it gets their numbers."""

    def closed(self, gantry, redirection, *words):
        return gantry.engine.with_closed(redirection, f"--runtime={gantry.runtime}", *words)

    def test_run(self, gantry):
        run = ("run", "--rm", "--network=none", gantry.image)
        assert self.closed(gantry, ">&-", *run, "echo", "x").code == 141
        told = self.closed(gantry, "2>&-", *run, "sh", "-c", "echo lost >&2; echo kept")
        assert (told.code, told.out) == (0, "kept\n")
        assert self.closed(gantry, "<&-", "run", "-i", *run[1:], "cat").code == 0

    def test_what_is_written_to_output(self, gantry_once):
        saved = self.closed(gantry_once, ">&-", "save", gantry_once.image)
        assert saved.code == 125 and "Bad file descriptor" in saved.err
        assert (gantry_once.engine.root / "images/lock").stat().st_size == 0
        assert self.closed(gantry_once, ">&-", "images").code == 125


class TestBadInput:
    def test_missing_image(self, gantry_once):
        gantry_once.fails("run", "--pull=never", "localhost/nosuch", says="image not known")

    def test_no_image(self, gantry_once):
        gantry_once.fails("run", says="requires at least 1 arg")

    def test_unknown_option(self, gantry_once):
        gantry_once.fails("run", "--nosuch", gantry_once.image, says="unknown flag")

    @pytest.mark.parametrize(
        "words, says",
        [
            (["--name=-bad"], "names must match"),
            (["--memory=lots"], "invalid"),
            (["--pull=sometimes"], "unsupported pull policy"),
            (["--rm", "--restart=always"], "conflicts"),
            (["--log-driver=nosuch"], "invalid log driver"),
            (["-v", "/no/such/folder:/x"], "no such file or directory"),
            (["-v", "relative:name:x:y"], "incorrect volume format"),
            (["-w", "relative"], "absolute"),
            (["-p", "nonsense"], "invalid"),
            (["--env-file=/no/such"], "no such file"),
            (["--device=/dev/nosuch"], "nosuch"),
            (["--cap-add=NOSUCH"], "NOSUCH|nosuch"),
            (["--ulimit=nofile"], "ulimit"),
            (["--add-host=x"], "host"),
            (["--dns=x"], "not an ip address"),
            (["--network=nosuch"], "nosuch"),
            (["--runtime=nosuch"], "nosuch"),
            (["--security-opt=nosuch=1"], "nosuch"),
            (["--sysctl=x"], "KEY=VALUE"),
            (["--stop-signal=NOSUCH"], "NOSUCH|signal"),
            (["--cpus=x"], "invalid"),
            (["--shm-size=x"], "invalid"),
            (["--annotation=x"], "KEY=VALUE"),
        ],
    )
    def test_refused_in_words(self, gantry_once, words, says):
        gantry_once.fails("run", "--rm", *words, gantry_once.image, "true", says=says)
        assert gantry_once.ok("ps", "-aq") == ""
