# SPDX-License-Identifier: Apache-2.0
"""container cleanup: from stopped to exited, from created to configured."""

import os
import signal

from support.gantry import until


def test_from_created_to_configured(gantry):
    gantry.ok("create", "--network=none", "--name=box", gantry.image, "sh", "-c", "exit 5")
    gantry.ok("init", "box")
    identity = gantry.inspect("box")["Id"]
    assert (gantry.engine.run / "containers" / identity).exists()
    gantry.ok("container", "cleanup", "box")
    state = gantry.state("box")
    assert state["Status"] == "created" and state["Pid"] == 0
    assert not (gantry.engine.run / "containers" / identity).exists()
    assert gantry("start", "-a", "box").code == 5


def test_from_stopped_to_exited(gantry):
    """Whoever comes when the monitor died before it could clean up finishes the work."""
    gantry.start(name="box")
    state = gantry.state("box")
    os.kill(state["ConmonPid"], signal.SIGKILL)
    os.kill(state["Pid"], signal.SIGKILL)
    until(lambda: gantry.status("box") in ("stopped", "exited"), "the end is seen")
    gantry.ok("container", "cleanup", "box")
    state = gantry.state("box")
    assert state["Status"] == "exited" and state["ExitCode"] == -1
    assert "restart" in state["Error"] or "started again" in state["Error"]
    gantry.ok("start", "box")
    assert gantry.status("box") == "running"


def test_refused_while_it_runs(gantry):
    gantry.start(name="box")
    gantry.fails("container", "cleanup", "box", says="running")
    assert gantry.status("box") == "running"


def test_done_already(gantry_once):
    gantry_once.ok("run", "--network=none", "--name=box", gantry_once.image, "true")
    gantry_once.ok("container", "cleanup", "box")
    gantry_once.fails("container", "cleanup", "nosuch", says="no such container")
