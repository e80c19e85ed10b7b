# SPDX-License-Identifier: Apache-2.0
"""Every command that changes something, broken off: killed, interrupted, refused by the kernel.

Each time the same command afterwards succeeds, then everything is removed by ordinary
commands, and nothing is left. Where it is broken off is drawn by lot, at as many calls and as
many moments as GANTRY_TEST_FAULTS says (1); "all" takes every call in every way. A command
that no runtime takes part in meets one of them.
"""

import os
import time

import pytest
from support import host
from support.chance import SEED, dice
from support.changes import CHANGES, remove_all, write_tar
from support.faults import ERRORS, CallCounter, at_call, at_moment, library
from support.leaks import LeakCheck

ROUNDS = os.environ.get("GANTRY_TEST_FAULTS", "1")


@pytest.fixture(scope="session")
def tar(folder):
    return write_tar(folder / "victim.tar")


class Sampler:
    """One command under one runtime, and what is there before it."""

    def __init__(self, gantry, change, tar):
        self.gantry = gantry
        self.change = change
        self.argv = [str(tar) if word == "TAR" else word for word in change.argv(gantry)]
        self.tar = tar
        self.what = change.name
        self.check = LeakCheck(gantry.engine)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:  # the next one shall not stumble over it
            remove_all(self.gantry)
            self.gantry("system", "check", "--repair")

    def prepare(self):
        for step in self.change.steps:
            words = self.change.filled(self.gantry, step)
            self.gantry.ok(*[str(self.tar) if word == "TAR" else word for word in words])

    def settle(self, killed):
        """What the user does next succeeds, and then there is nothing."""
        gantry, change = self.gantry, self.change
        if not change.done(gantry):
            again = gantry(*self.argv)
            # What it asked for may come to be a moment later by itself.
            assert again.code == 0 or change.done(gantry), f"{self.what}; again: {again!r}"
        remove_all(gantry, change.leaves)
        if killed:
            # What a process that is dead had not yet told anybody of.
            gantry.ok("system", "check", "--repair")
        report = gantry("system", "check")
        assert report.code == 0 and report.out == "", f"{self.what}: {report!r}"
        left = self.check.settled_report()
        assert not left, f"{self.what} left behind:\n  " + "\n  ".join(left)

    def broken_at(self, counter, number, how):
        self.what = f"{self.change.name}, {how} at call {number} (GANTRY_TEST_SEED={SEED})"
        self.prepare()
        result = at_call(self.gantry, counter, number, how, self.argv)
        self.what += f" {counter.broken()}: {result!r}"
        # Reading commands do not take an interrupt for a request: they die of it.
        self.settle(result.code < 0 or how == "kill" or how in ERRORS)

    def broken_after(self, seconds, how):
        self.what = f"{self.change.name}, {how} after {seconds:.4f} s (GANTRY_TEST_SEED={SEED})"
        self.prepare()
        result = at_moment(self.gantry, seconds, how, self.argv)
        self.what += f": {result!r}"
        self.settle(result.code < 0 or how == "kill")

    def whole(self, counter):
        """Not broken off: how many calls it makes, and how long it takes."""
        self.prepare()
        began = time.monotonic()
        result = at_call(self.gantry, counter, 0, "kill", self.argv)
        seconds = time.monotonic() - began
        assert result.code == 0, repr(result)
        self.settle(False)
        assert counter.count() > 0, "no call was counted"
        return counter.count(), seconds


def pairs():
    for change in CHANGES:
        runtimes = ["crun", "runc"]
        if not change.has_runtime:
            runtimes = [dice(change.name).choice(runtimes)]
        for runtime in runtimes:
            yield pytest.param(runtime, change, id=f"{change.name}-{runtime}")


@pytest.mark.parametrize("gantry, change", pairs(), indirect=["gantry"])
def test_broken_off(gantry, change, place, tar):
    host.require(
        None if library(gantry.engine.binary).exists() else "nth_call.so is not built"
    )
    lots = dice(change.name, gantry.runtime)
    counter = CallCounter(place)
    with Sampler(gantry, change, tar) as sampler:
        calls, seconds = sampler.whole(counter)
        if ROUNDS == "all":
            for number in range(1, calls + 1):
                for how in ("kill", "int", *ERRORS):
                    sampler.broken_at(counter, number, how)
            return
        for _ in range(int(ROUNDS)):
            how = lots.choice(["kill", "kill", "kill", "int", "term", *ERRORS])
            sampler.broken_at(counter, lots.randint(1, calls), how)
            how = lots.choice(["kill", "kill", "int", "term"])
            sampler.broken_after(lots.uniform(0, seconds), how)
