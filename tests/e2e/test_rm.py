# SPDX-License-Identifier: Apache-2.0
"""rm: what is in the way is named, and --force always finishes."""

import shutil

from support.gantry import PATIENCE, until


def test_removes(gantry):
    gantry.ok("run", "--network=none", "--name=over", gantry.image, "true")
    assert gantry.ok("rm", "over") == "over"
    assert gantry("container", "exists", "over").code == 1


def test_by_prefix_of_the_id(gantry_once):
    identity = gantry_once.ok("create", "--network=none", gantry_once.image, "true")
    gantry_once.ok("rm", identity[:10])
    assert gantry_once.ok("ps", "-aq") == ""


def test_running_is_refused(gantry):
    identity = gantry.start(name="runs")
    result = gantry.fails("rm", "runs", code=None, says="running or paused containers cannot be removed")
    assert identity in result.err
    gantry.ok("rm", "-f", "runs")


def test_force_kills_when_the_time_is_over(gantry):
    gantry.ok("run", "-d", "--network=none", "--name=deaf", gantry.image, "sleep", "1000")
    gantry.ok("rm", "-f", "-t", "0", "deaf")


def test_several_and_all(gantry_once):
    for name in ("a", "b", "c"):
        gantry_once.ok("create", "--network=none", f"--name={name}", gantry_once.image, "true")
    result = gantry_once.fails("rm", "a", "nosuch", "b", code=None, says="no such container")
    assert result.out.split() == ["a", "b"]
    gantry_once.ok("rm", "--all")
    assert gantry_once.ok("ps", "-aq") == ""


def test_several_at_once(gantry, place):
    """Each, when told to end, waits for the others to have been told: one after the other none
    of them would end in time."""
    script = (
        "trap 'touch /meet/$ME; while ! { [ -e /meet/a ] && [ -e /meet/b ] && [ -e /meet/c ]; }; "
        "do sleep 0.05; done; exit 9' TERM; echo ready; sleep 1000 & wait"
    )
    for names, words in ((["c", "a", "b"], ("c", "a", "b")), (["c", "b", "a"], ("--all",))):
        for name in ("a", "b", "c"):
            gantry.ok("run", "-d", "--network=none", f"--name={name}", f"--env=ME={name}",
                      "--stop-timeout=80", "-v", f"{place}:/meet", gantry.image, "sh", "-c", script)
            until(lambda one=name: gantry.ok("logs", one) == "ready", "the trap of the container")
        ids = [gantry.ok("inspect", "--format={{.Id}}", name) for name in names]
        removed = gantry.ok("rm", "-f", *words).split()
        assert removed == (names if words != ("--all",) else ids)
        for name in names:
            (place / name).unlink()


def test_dependents_go_first_however_they_are_named(gantry_once):
    gantry_once.start("--ipc=shareable", name="base")
    gantry_once.start("--ipc=container:base", name="middle")
    gantry_once.start("--requires=middle", name="top")
    removed = gantry_once("rm", "-f", "-t", "0", "base", "nosuch", "top", "middle", "base")
    assert (removed.code, removed.out.split()) == (0, ["base", "top", "middle"])
    assert gantry_once.names("-a") == []


def test_one_that_cannot_go_keeps_what_it_depends_on(gantry_once):
    gantry_once.start("--ipc=shareable", name="base")
    gantry_once.start("--ipc=container:base", name="leans")
    gantry_once.ok("stop", "base")
    result = gantry_once.fails("rm", "base", "leans", code=2, says="cannot be removed without force")
    assert result.out == "" and "dependent containers" in result.err
    gantry_once.ok("rm", "-f", "-t", "0", "base", "leans")


def test_ignore(gantry_once):
    gantry_once.fails("rm", "nosuch", code=None, says="no such container")
    gantry_once.ok("rm", "--ignore", "nosuch")
    gantry_once.ok("rm", "--force", "nosuch")


def test_anonymous_volumes_go_with_v(gantry_once):
    gantry_once.ok("create", "--network=none", "-v", "/data", "--name=has", gantry_once.image, "true")
    assert len(gantry_once.ok("volume", "ls", "-q").split()) == 1
    gantry_once.ok("rm", "-v", "has")
    assert gantry_once.ok("volume", "ls", "-q") == ""


def test_in_the_middle_of_an_exec(gantry):
    gantry.start(name="busy")
    session = gantry.spawn("exec", "busy", "sleep", "1000")
    gantry.ok("exec", "busy", "true")
    gantry.ok("rm", "-f", "-t", "0", "busy")
    session.communicate(timeout=PATIENCE)


def test_dependents_are_named(gantry_once):
    gantry_once.start("--ipc=shareable", name="base")
    other = gantry_once.start("--ipc=container:base", name="leans")
    result = gantry_once.fails("rm", "-f", "-t", "0", "base", code=None, says="dependent containers")
    assert other in result.err
    gantry_once.ok("rm", "-f", "-t", "0", "--depend", "base")
    assert gantry_once.ok("ps", "-aq") == ""


def test_bad_use(gantry_once):
    gantry_once.fails("rm", says="at least one name or id")
    gantry_once.fails("rm", "-t", "5", "x", says="--force")
    gantry_once.fails("rm", "--all", "x", says="no arguments are needed")


def test_runtime_that_is_not_there_any_more(gantry, place):
    """The first rm -f tells that something is left, and the next drops the record all the same."""
    program = place / f"{gantry.runtime}-here"
    program.write_text(f'#!/bin/sh\nexec {shutil.which(gantry.runtime)} "$@"\n')
    program.chmod(0o755)
    gantry.ok("--runtime", program, "create", "--network=none", "--name=box", gantry.image, "true")
    gantry.ok("--runtime", program, "init", "box")
    program.rename(place / "elsewhere")
    gantry.fails("rm", "-f", "box", says="is not there.*rm --force drops it now")
    (place / "elsewhere").rename(program)
    gantry.ok("rm", "-f", "box")
    assert gantry.names("-a") == []


def test_no_process_is_taken_for_ended_when_the_runtime_is_not_there(gantry, place):
    program = place / f"{gantry.runtime}-here"
    program.write_text(f'#!/bin/sh\nexec {shutil.which(gantry.runtime)} "$@"\n')
    program.chmod(0o755)
    gantry.ok("--runtime", program, "run", "-d", "--network=none", "--name=box", gantry.image,
              "sleep", "1000")
    program.rename(place / "elsewhere")
    for verb in ("kill", "stop", "restart"):
        gantry.fails(verb, "box", says="is not there; put it there")
    assert gantry.state("box")["Running"]
    (place / "elsewhere").rename(program)
    gantry.ok("stop", "-t", "0", "box")
