# SPDX-License-Identifier: Apache-2.0
"""What this host offers. Each probe answers None when all is well, else the reason."""

import contextlib
import os
import pathlib
import select
import shutil

import pytest


def program(name, *folders):
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *folders])
    return None if shutil.which(name, path=path) else f"{name} is not installed"


def root():
    return None if os.geteuid() == 0 else "these tests need root"


def cgroup_controller(name):
    """Where the controller is: "v1", "v2" or None."""
    if (pathlib.Path("/sys/fs/cgroup") / name).is_dir() and not pathlib.Path(
        "/sys/fs/cgroup/cgroup.controllers"
    ).exists():
        return "v1"
    unified = pathlib.Path("/sys/fs/cgroup/cgroup.controllers")
    if unified.exists() and name in unified.read_text().split():
        return "v2"
    return None


def watches(pid):
    """Whether the process watches files: whoever waits for an event or a lock does."""
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if "inotify" in os.readlink(fd):
                return True
    return False


@contextlib.contextmanager
def end_of(pid):
    """A function that tells whether the process has ended: another may get its number."""
    descriptor = os.pidfd_open(pid)
    try:
        yield lambda: bool(select.select([descriptor], [], [], 0)[0])
    finally:
        os.close(descriptor)


def require(reason):
    """Skips when there is a reason to; conftest makes a failure of it where asked."""
    if reason:
        pytest.skip(reason)
