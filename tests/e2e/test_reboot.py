# SPDX-License-Identifier: Apache-2.0
"""After a reboot: everything volatile is gone, and containers start again."""

import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import uuid

import pytest
from support.gantry import until
from support.leaks import LeakCheck

# What tells that there was a reboot: the run folder is gone, or it has outlived a boot whose
# id is no longer the machine's, or both.
SIGNS = ["run folder gone", "boot id differs", "both"]


@pytest.fixture
def network(engine):
    name = "net" + secrets.token_hex(3)
    engine.create_network(name)
    yield name
    assert engine.call("network", "rm", "-f", "-t", "0", name).code == 0


def pull_the_plug(engine, wipe):
    """What a reboot does to this engine: no processes, no mounts, no cgroups, no bridges."""
    check = LeakCheck(engine)
    check.log_size = 0
    processes = check.processes()
    for sign in (signal.SIGSTOP, signal.SIGKILL):  # no monitor sees the end of its container
        for pid, _ in processes:
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                pass
    for group in check.cgroups():  # what is frozen dies only when it thaws
        for name, word in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
            if os.path.exists(f"{group}/{name}"):
                pathlib.Path(group, name).write_text(word)
    until(lambda: not check.processes(), "the end of all processes")
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


@contextlib.contextmanager
def another_boot(engine, place):
    """The engine's commands see another boot id: in a mount namespace that lives meanwhile."""
    fake = place / "boot_id"
    fake.write_text(f"{uuid.uuid4()}\n")
    script = f"mount --bind {fake} /proc/sys/kernel/random/boot_id && echo ready && exec sleep 1000"
    holder = subprocess.Popen(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script], stdout=subprocess.PIPE
    )
    original = engine.argv
    try:
        assert holder.stdout.readline() == b"ready\n"
        enter = ["nsenter", f"--target={holder.pid}", "--mount"]
        engine.argv = lambda *words: enter + original(*words)
        yield
        engine.call("rm", "-f", "-a", "-t", "0", timeout=60)
    finally:
        engine.argv = original
        holder.kill()
        holder.wait()
        holder.stdout.close()


@contextlib.contextmanager
def reboot(engine, sign, place):
    pull_the_plug(engine, wipe=sign != "boot id differs")
    if sign == "run folder gone":
        yield
    else:
        with another_boot(engine, place):
            yield


@pytest.mark.parametrize("sign", SIGNS)
def test_all_start_again(gantry, network, sign, place):
    gantry.start("-v", "kept:/data", name="plain")
    gantry.ok("exec", "plain", "sh", "-c", "echo survives > /data/file; echo own > /own")
    gantry.start(name="netted", network=network)
    gantry("run", "--network=none", "--name=over", gantry.image, "sh", "-c", "exit 3")
    gantry.ok("create", "--network=none", "--name=new", gantry.image, "true")

    with reboot(gantry.engine, sign, place):
        assert gantry.names() == []
        assert gantry.state("over")["ExitCode"] == 3 and gantry.status("over") == "exited"
        # Configured, which is what podman calls created.
        assert gantry.status("plain") == gantry.status("netted") == "created"
        assert gantry.state("plain")["Pid"] == 0
        assert sorted(gantry.ok("start", "plain", "netted", "new").split()) == [
            "netted", "new", "plain",
        ]
        assert gantry.ok("exec", "plain", "cat", "/data/file", "/own").split() == ["survives", "own"]
        assert "inet " in gantry.ok("exec", "netted", "ip", "-o", "-4", "addr", "show", "eth0")
        assert gantry.ok("wait", "new") == "0"


@pytest.mark.parametrize("sign", SIGNS)
def test_all_can_be_removed(gantry_once, network, sign, place):
    gantry_once.start(name="plain")
    gantry_once.start(name="frozen")
    gantry_once.ok("pause", "frozen")
    gantry_once.start(name="netted", network=network)
    gantry_once.ok("create", "--network=none", "--name=init", gantry_once.image, "true")
    gantry_once.ok("init", "init")
    with reboot(gantry_once.engine, sign, place):
        gantry_once.ok("rm", "plain", "frozen", "netted", "init")
        assert gantry_once.ok("ps", "-aq") == ""


@pytest.mark.parametrize("sign", SIGNS)
def test_each_verb_refreshes_what_it_touches(gantry_once, network, sign, place):
    gantry = gantry_once
    verbs = {
        "stop": lambda name: gantry.ok("stop", name),
        "kill": lambda name: gantry.fails("kill", name, says="not running"),
        "exec": lambda name: gantry.fails("exec", name, "true", says="not running"),
        "pause": lambda name: gantry.fails("pause", name, says="not running"),
        "init": lambda name: gantry.ok("init", name),
        "restart": lambda name: gantry.ok("restart", name),
        "commit": lambda name: gantry.ok("rmi", gantry.ok("commit", "-q", name)),
        "cp": lambda name: gantry.ok("cp", f"{name}:/seed/one", place),
        "mount": lambda name: (gantry.ok("mount", name), gantry.ok("umount", name)),
        "cleanup": lambda name: gantry.ok("container", "cleanup", name),
    }
    for name in verbs:
        gantry.start(name=name, network=network if name == "restart" else "none")
    with reboot(gantry.engine, sign, place):
        for name, verb in verbs.items():
            verb(name)
        assert gantry.names() == ["restart"]


def test_plugins_do_not_find_what_they_kept_for_the_boot(gantry_once, place):
    container = gantry_once.start(name="plain")
    run = gantry_once.engine.run
    (kept,) = run.glob(f"plugins/oci-*/{container}")
    with reboot(gantry_once.engine, "boot id differs", place):
        assert gantry_once.status("plain") == "created"
        assert not kept.exists()
        gantry_once.ok("start", "plain")
        assert kept.exists()
        assert gantry_once.status("plain") == "running"


def test_an_address_is_free_again(gantry, network, place):
    """Leases outlive a reboot; the container that had one gets it again, or frees it."""
    subnet = gantry.inspect(network, "network")["subnets"][0]["subnet"]
    address = subnet.rsplit(".", 1)[0] + ".77"
    make = ("create", f"--network={network}", f"--ip={address}")
    gantry.ok(*make, "--name=one", gantry.image, "sleep", "1000")
    gantry.ok("start", "one")
    with reboot(gantry.engine, "run folder gone", place):
        gantry.ok("start", "one")
        assert address in gantry.ok("exec", "one", "ip", "-o", "-4", "addr", "show", "eth0")
    with reboot(gantry.engine, "run folder gone", place):
        gantry.ok("rm", "one")
        gantry.ok(*make, "--name=two", gantry.image, "sleep", "1000")
        gantry.ok("start", "two")
        assert address in gantry.ok("exec", "two", "ip", "-o", "-4", "addr", "show", "eth0")
