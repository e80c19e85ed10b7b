# SPDX-License-Identifier: Apache-2.0
"""Breaking a command off: at its Nth call that changes something (tests/support/nth_call.c),
or at a moment."""

import os
import signal
import struct
import subprocess

import errno

from .gantry import Result
from .patience import PATIENCE

SIGNALS = {"kill": signal.SIGKILL, "int": signal.SIGINT, "term": signal.SIGTERM}
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EPERM": errno.EPERM}


def library(binary):
    """What is preloaded; built beside the binary."""
    return binary.parent.parent / "lib/tests/nth_call.so"


class CallCounter:
    """The file that nth_call.so counts in."""

    def __init__(self, place):
        self.path = place / "calls"
        self.reset()

    def reset(self):
        self.path.write_bytes(bytes(256))

    def count(self):
        return struct.unpack("Q", self.path.read_bytes()[:8])[0]

    def broken(self):
        """The name of the call that was broken off; empty when none was."""
        return self.path.read_bytes()[16:].split(b"\0")[0].decode()

    def environment(self, binary, at, how):
        return {
            "LD_PRELOAD": str(library(binary)),
            "GANTRY_NTH_FILE": str(self.path),
            "GANTRY_NTH_AT": str(at),
            "GANTRY_NTH_HOW": str(ERRORS.get(how, how)),
            # A build with sanitizers wants to be first.
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
        }


def finished(process, argv):
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(
            f"still running after {PATIENCE} s: {Result(argv, 'none', out, err)!r}"
        ) from None
    return Result(argv, process.returncode, out, err)


def at_call(gantry, counter, number, how, argv):
    """The command, broken off at this call."""
    counter.reset()
    process = gantry.spawn(*argv, env=counter.environment(gantry.engine.binary, number, how))
    return finished(process, argv)


def at_moment(gantry, seconds, how, argv):
    """The command, sent a signal after so long."""
    process = gantry.spawn(*argv)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(SIGNALS[how])
    return finished(process, argv)
