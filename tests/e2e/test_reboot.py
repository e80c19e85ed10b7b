# SPDX-License-Identifier: Apache-2.0
"""After a reboot: everything volatile is gone, and containers start again."""

import os
import secrets
import shutil
import signal
import subprocess

import pytest
from support.leaks import LeakCheck


@pytest.fixture
def network(engine):
    name = "net" + secrets.token_hex(3)
    engine.create_network(name)
    yield name
    assert engine.call("network", "rm", "-f", "-t", "0", name).code == 0


def pull_the_plug(engine, wipe):
    """What a reboot does to this engine: processes, mounts, cgroups; the run folder or its boot id."""
    check = LeakCheck(engine)
    check.log_size = 0
    for pid, _ in check.processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for point in sorted(check.mounts(), reverse=True):
        subprocess.run(["umount", "-l", point], check=True)
    for bridge in check.bridges():
        subprocess.run(["ip", "link", "del", bridge], check=False, capture_output=True)
    for group in sorted(check.cgroups(), reverse=True):
        try:
            os.rmdir(group)
        except OSError:
            pass
    if wipe:
        shutil.rmtree(engine.run)
    else:
        (engine.run / "boot").write_text("00000000-0000-0000-0000-000000000000\n")


@pytest.mark.parametrize("wipe", [True, False], ids=["run folder gone", "boot id differs"])
def test_all_start_again(gantry, network, wipe):
    gantry.start("-v", "kept:/data", name="plain")
    gantry.ok("exec", "plain", "sh", "-c", "echo survives > /data/file; echo own > /own")
    gantry.start(name="netted", network=network)
    gantry("run", "--network=none", "--name=over", gantry.image, "sh", "-c", "exit 3")
    gantry.ok("create", "--network=none", "--name=new", gantry.image, "true")

    pull_the_plug(gantry.engine, wipe)

    assert gantry.names() == []
    assert gantry.state("over")["ExitCode"] == 3 and gantry.status("over") == "exited"
    assert gantry.status("plain") != "running"
    assert sorted(gantry.ok("start", "plain", "netted", "new").split()) == ["netted", "new", "plain"]
    assert gantry.ok("exec", "plain", "cat", "/data/file", "/own").split() == ["survives", "own"]
    assert "inet " in gantry.ok("exec", "netted", "ip", "-o", "-4", "addr", "show", "eth0")
    assert gantry.ok("wait", "new") == "0"


@pytest.mark.parametrize("wipe", [True, False], ids=["run folder gone", "boot id differs"])
def test_all_can_be_removed(gantry_once, network, wipe):
    gantry_once.start(name="plain")
    gantry_once.ok("pause", "plain")
    gantry_once.ok("unpause", "plain")
    gantry_once.start(name="netted", network=network)
    pull_the_plug(gantry_once.engine, wipe)
    gantry_once.ok("rm", "plain", "netted")
    assert gantry_once.ok("ps", "-aq") == ""
