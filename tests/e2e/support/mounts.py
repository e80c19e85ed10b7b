# SPDX-License-Identifier: Apache-2.0
"""Mounts of the host, for tests of what containers see of them."""

import contextlib
import subprocess


@contextlib.contextmanager
def mounted(point, *words):
    subprocess.run(["mount", *words, point], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-R", "-l", point], check=True)


def is_mounted(point):
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        return any(line.split()[4] == str(point) for line in table)
