# SPDX-License-Identifier: Apache-2.0
"""init: created in the runtime, not started; and again from every state it is allowed in."""


def pid_is_there(gantry, name):
    return gantry.state(name)["Pid"] > 0


def test_created_but_not_started(gantry):
    gantry.ok("create", "--network=none", "--name=box", gantry.image, "sh", "-c", "echo ran")
    assert gantry.ok("init", "box") == "box"
    state = gantry.state("box")
    assert state["Status"] == "created" and pid_is_there(gantry, "box")
    assert gantry("logs", "box").out == ""
    assert gantry.ok("start", "-a", "box") == "ran"


def test_twice_is_once(gantry):
    gantry.ok("create", "--network=none", "--name=box", gantry.image, "true")
    gantry.ok("init", "box")
    pid = gantry.state("box")["Pid"]
    gantry.ok("init", "box")
    assert gantry.state("box")["Pid"] == pid


def test_again_after_the_end(gantry):
    assert gantry("run", "--network=none", "--name=box", gantry.image, "sh", "-c", "exit 3").code == 3
    gantry.ok("init", "box")
    assert gantry.status("box") == "created"
    assert gantry("start", "-a", "box").code == 3


def test_attach_before_the_start(gantry):
    """Nothing of the output is missed by who attached to the initialised container."""
    gantry.ok("create", "-i", "--network=none", "--name=box", gantry.image, "sh", "-c",
              "echo first; read word; echo got $word")
    gantry.ok("init", "box")
    assert gantry.ok("start", "-ai", "box", input="it\n").splitlines() == ["first", "got it"]


def test_end_of_the_input_is_told(gantry):
    """Whoever created it in the runtime did not know who would speak to it."""
    gantry.ok("create", "-i", "--network=none", "--name=box", gantry.image, "sh", "-c", "cat; echo end")
    gantry.ok("init", "box")
    assert gantry.ok("start", "-ai", "box", input="hi\n").splitlines() == ["hi", "end"]


def test_refused_while_it_runs(gantry):
    gantry.start(name="box")
    gantry.fails("init", "box", says="already been created in the runtime")


def test_removed_and_restarted_from_there(gantry):
    gantry.ok("create", "--network=none", "--name=box", gantry.image, "sleep", "1000")
    gantry.ok("init", "box")
    gantry.ok("restart", "box")
    assert gantry.status("box") == "running"
    gantry.ok("create", "--network=none", "--name=other", gantry.image, "true")
    gantry.ok("init", "other")
    gantry.ok("rm", "other")
