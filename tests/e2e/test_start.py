# SPDX-License-Identifier: Apache-2.0
"""start: what was created or has ended runs, again and again."""

import subprocess

from support.gantry import PATIENCE


def test_starts_and_starts_again(gantry):
    gantry.ok("create", "--network=none", "--name=again", gantry.image, "sh", "-c", "echo run >> /log; cat /log")
    for count in (1, 2, 3):
        assert gantry("start", "-a", "again").lines == ["run"] * count


def test_attach_answers_with_the_exit_code(gantry):
    gantry.ok("create", "--network=none", "--name=seven", gantry.image, "sh", "-c", "exit 7")
    assert gantry("start", "-a", "seven").code == 7
    assert gantry.state("seven")["ExitCode"] == 7


def test_interactive(gantry):
    gantry.ok("create", "-i", "--network=none", "--name=eats", gantry.image, "cat")
    assert gantry.ok("start", "-ai", "eats", input="food") == "food"


def test_several(gantry):
    for name in ("one", "two"):
        gantry.ok("create", "--network=none", f"--name={name}", gantry.image, "true")
    assert gantry.ok("start", "one", "two").split() == ["one", "two"]
    assert gantry.ok("wait", "one", "two").split() == ["0", "0"]


def test_running_is_no_error(gantry_once):
    gantry_once.start(name="runs")
    assert gantry_once.ok("start", "runs") == "runs"


def test_command_not_found(gantry):
    gantry.ok("create", "--network=none", "--name=lost", gantry.image, "/no/such")
    gantry.fails("start", "lost", code=None, says="no/such")
    gantry.fails("start", "-a", "lost", code=127, says="no/such")
    assert gantry.state("lost")["Error"]


def test_rm_after_attach(gantry):
    gantry.ok("create", "--rm", "--network=none", "--name=once", gantry.image, "echo", "x")
    assert gantry.ok("start", "-a", "once") == "x"
    assert gantry("container", "exists", "once").code == 1


def test_paused_is_refused(gantry_once):
    gantry_once.start(name="cold")
    gantry_once.ok("pause", "cold")
    gantry_once.fails("start", "cold", says="paused")


def test_missing(gantry_once):
    gantry_once.ok("create", "--network=none", "--name=there", gantry_once.image, "true")
    result = gantry_once.fails("start", "nosuch", "there", says="no such container")
    assert result.out.split() == ["there"]
    gantry_once.fails("start", says="requires at least one argument")
    gantry_once.fails("start", "-a", "there", "there", says="multiple containers")


def test_output_of_a_detached_run_is_not_ours(gantry_once):
    # Nothing of the caller's is held open: a pipe from start sees its end at once.
    gantry_once.ok("create", "--network=none", "--name=quiet", gantry_once.image, "sleep", "100")
    process = gantry_once.spawn("start", "quiet", stdout=subprocess.PIPE)
    assert process.communicate(timeout=PATIENCE)[0] == b"quiet\n"
