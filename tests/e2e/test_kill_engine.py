# SPDX-License-Identifier: Apache-2.0
"""SIGKILL to whoever stands around a container: its monitor, its client, its process. What
becomes of a killed command of ours, test_faults.py looks at."""

import os
import signal

from support.gantry import PATIENCE, until


def test_monitor_killed(gantry):
    gantry.start(name="orphan")
    before = gantry.state("orphan")
    os.kill(before["ConmonPid"], signal.SIGKILL)
    until(lambda: gantry.status("orphan") == "exited" or gantry.status("orphan") == "stopped",
          "the end is seen")
    assert gantry.state("orphan")["ExitCode"] == -1
    assert gantry.ok("start", "orphan") == "orphan"
    after = gantry.state("orphan")
    assert after["Status"] == "running" and after["Pid"] != before["Pid"]
    assert gantry.ok("exec", "orphan", "echo", "well") == "well"
    gantry.ok("rm", "-f", "-t", "0", "orphan")


def test_monitor_killed_then_removed(gantry):
    gantry.start(name="orphan")
    os.kill(gantry.state("orphan")["ConmonPid"], signal.SIGKILL)
    gantry.ok("rm", "-f", "-t", "0", "orphan")


def test_foreground_client_killed(gantry):
    """--rm is kept although the one who asked for it died: the monitor sees to it."""
    process = gantry.spawn("run", "--rm", "--network=none", "--name=left", gantry.image, "sh", "-c",
                           "echo up; sleep 1")
    assert process.stdout.readline() == b"up\n"
    process.kill()
    until(lambda: gantry("container", "exists", "left").code == 1, "the container is gone")


def test_container_process_killed(gantry):
    gantry.start(name="hit")
    os.kill(gantry.state("hit")["Pid"], signal.SIGKILL)
    assert gantry.ok("wait", "hit") == "137"


def test_many_at_once(gantry_once):
    processes = [
        gantry_once.spawn("run", "--rm", "--network=none", gantry_once.image, "sh", "-c", f"exit {code}")
        for code in range(12)
    ]
    for process in processes:
        process.communicate(timeout=PATIENCE)
    assert [process.returncode for process in processes] == list(range(12))


def test_same_name_at_once(gantry_once):
    processes = [
        gantry_once.spawn("create", "--network=none", "--name=only", gantry_once.image, "true") for _ in range(8)
    ]
    for process in processes:
        process.communicate(timeout=PATIENCE)
    assert sorted(process.returncode for process in processes) == [0] + [125] * 7
