# SPDX-License-Identifier: Apache-2.0
"""A disk that is full lets go of containers and images; one that is read-only can be read."""

import errno
import os
import subprocess

import pytest

from support.gantry import Engine, Gantry
from support.mounts import mounted


@pytest.fixture
def small(gantry, archive, place):
    """An engine whose root is a file system of its own, with one image."""
    engine = Engine(gantry.engine.binary, place / "engine", gantry.engine.default_network)
    engine.root.mkdir()
    with mounted(engine.root, "-t", "tmpfs", "-o", "size=64m", "gantry-small"):
        small = Gantry(engine, gantry.runtime, gantry.image)
        small.ok("load", "-q", "-i", archive)
        try:
            yield small
        finally:
            small.close()
            (engine.root / "filler").unlink(missing_ok=True)
            small.ok("rm", "-f", "-a", "-t", "0")


def free(root):
    return os.statvfs(root).f_bavail


def fill(root):
    """To the last page."""
    file = os.open(root / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while True:
            os.write(file, bytes(4096))
    except OSError as error:
        assert error.errno == errno.ENOSPC
    finally:
        os.close(file)


def test_a_full_disk_lets_go_of_containers_and_images(small):
    root = small.engine.root
    small.start(name="runs")
    small.start(name="killed")
    small.ok("run", "--network=none", "--name=ended", small.image, "true")
    for _ in range(3):
        fill(root)
        assert small("create", "--network=none", small.image, "true").code == 125
    small.ok("rm", "-f", "ended")
    fill(root)
    small.ok("kill", "killed")
    fill(root)
    small.ok("rm", "-f", "-t", "0", "killed")
    fill(root)
    small.ok("rm", "-f", "-t", "0", "runs")
    assert small.names("-a") == []
    fill(root)
    assert free(root) == 0
    small.ok("rmi", "-f", "-a")
    assert small.ok("images", "-q") == ""
    assert free(root) * os.statvfs(root).f_frsize > 1 << 20


def test_a_read_only_disk_can_be_read_and_is_named(small):
    root = small.engine.root
    small.ok("run", "--network=none", "--name=ended", small.image, "echo", "words")
    subprocess.run(["mount", "-o", "remount,ro", root], check=True)
    try:
        assert small.names("-a") == ["ended"]
        assert small.status("ended") == "exited"
        assert small.ok("logs", "ended") == "words"
        assert small.image.split(":")[0] in small.ok("images")
        for words in (("run", "--network=none", small.image, "true"), ("rm", "ended")):
            result = small.fails(*words, says="read-only file system")
            assert str(root) in result.err.splitlines()[-1]
    finally:
        subprocess.run(["mount", "-o", "remount,rw", root], check=True)
    small.ok("rm", "ended")
