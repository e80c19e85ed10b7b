# SPDX-License-Identifier: Apache-2.0
"""--restart, and what runs again after a reboot."""

import os
import shutil
import signal

from support.gantry import until


def count(gantry, name):
    return gantry.inspect(name)["RestartCount"]


def kill_process(gantry, name):
    """The process ends by a hand from outside; answers its pid."""
    pid = gantry.state(name)["Pid"]
    os.kill(pid, signal.SIGKILL)
    return pid


def runs_again(gantry, name, old):
    until(lambda: gantry.state(name)["Pid"] not in (0, old), f"{name} runs again")


def test_on_failure_has_an_end(gantry):
    gantry.ok(
        "run", "-d", "--network=none", "--name=failing", "--restart=on-failure:2",
        gantry.image, "sh", "-c", "exit 3",
    )
    until(lambda: count(gantry, "failing") == 2 and gantry.status("failing") == "exited",
          "two restarts")
    assert gantry.state("failing")["ExitCode"] == 3
    gantry.ok("start", "failing")
    until(lambda: count(gantry, "failing") == 2 and gantry.status("failing") == "exited",
          "the count begins anew with the user's start")


def test_on_failure_of_success(gantry_once):
    gantry_once.ok(
        "run", "-d", "--network=none", "--name=good", "--restart=on-failure",
        gantry_once.image, "true",
    )
    until(lambda: gantry_once.status("good") == "exited", "the end")
    assert count(gantry_once, "good") == 0


def test_always(gantry):
    gantry.start("--restart=always", name="steady")
    runs_again(gantry, "steady", kill_process(gantry, "steady"))
    assert count(gantry, "steady") == 1
    runs_again(gantry, "steady", kill_process(gantry, "steady"))
    assert count(gantry, "steady") == 2
    gantry.ok("stop", "steady")
    assert gantry.status("steady") == "exited"
    gantry.ok("start", "steady")
    assert count(gantry, "steady") == 0


def test_not_after_the_user_s_kill(gantry_once):
    for sign in ("KILL", "TERM"):
        gantry_once.start("--restart=unless-stopped", name=sign.lower())
        gantry_once.ok("kill", "-s", sign, sign.lower())
        until(lambda: gantry_once.status(sign.lower()) == "exited", "the end")
        assert count(gantry_once, sign.lower()) == 0


def test_after_a_reboot(gantry_once):
    gantry = gantry_once
    for policy in ("no", "always", "unless-stopped"):
        gantry.start(f"--restart={policy}", name=policy)
    gantry.start("--restart=unless-stopped", name="stopped")
    gantry.ok("stop", "stopped")
    for name in ("no", "always", "unless-stopped"):
        state = gantry.state(name)
        os.kill(state["ConmonPid"], signal.SIGKILL)
        os.kill(state["Pid"], signal.SIGKILL)
    for name in gantry.ok("ps", "-aq", "--no-trunc").split():
        shutil.rmtree(gantry.engine.run / "containers" / name, ignore_errors=True)
    assert gantry.names() == []
    started = gantry.ok(
        "start", "--all", "--filter=restart-policy=always",
    ).split()
    assert len(started) == 1
    gantry.ok("start", "--all", "--filter=should-start-on-boot=true")
    assert sorted(gantry.names()) == ["always", "unless-stopped"]
