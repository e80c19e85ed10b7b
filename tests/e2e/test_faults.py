# SPDX-License-Identifier: Apache-2.0
"""Every command that changes something, broken off: killed, interrupted, refused by the kernel.

Each time the same command afterwards succeeds, then everything is removed by ordinary
commands, and nothing is left. Where depends on chance: GANTRY_TEST_SEED repeats a run, and
GANTRY_TEST_FAULT_SECONDS gives each command more time than its share (1), or "all" calls.
"""

import os
import random
import secrets
import shutil
import time

import pytest
from support import host
from support.changes import CHANGES, remove_all, write_tar
from support.faults import ERRORS, CallCounter, at_call, at_moment, library
from support.leaks import LeakCheck

SEED = int(os.environ.get("GANTRY_TEST_SEED", secrets.randbits(32)))
SECONDS = os.environ.get("GANTRY_TEST_FAULT_SECONDS", "1")


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
        remove_all(gantry)
        gantry.ok("system", "check", "--repair")
        self.check = LeakCheck(gantry.engine)

    def prepare(self):
        for step in self.change.steps:
            words = self.change.filled(self.gantry, step)
            self.gantry.ok(*[str(self.tar) if word == "TAR" else word for word in words])

    def settle(self, killed):
        """What the user does next succeeds, and then there is nothing."""
        gantry, change = self.gantry, self.change
        if not change.done(gantry):
            again = gantry(*self.argv, timeout=60)
            # What it asked for may come to be a moment later by itself.
            assert again.code == 0 or change.done(gantry), f"{self.what}; again: {again!r}"
        remove_all(gantry)
        if killed:
            # What a process that is dead had not yet told anybody of.
            gantry.ok("system", "check", "--repair", timeout=60)
        report = gantry("system", "check", timeout=60)
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


def rounds(seconds, least):
    """Numbers for as long as there is time, and a few in any case."""
    end = time.monotonic() + seconds
    number = 0
    while number < least or time.monotonic() < end:
        yield number
        number += 1


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_at_a_call(gantry, change, place, tar):
    host.require(
        None if library(gantry.engine.binary).exists() else "nth_call.so is not built"
    )
    dice = random.Random(f"{SEED} {change.name} {gantry.runtime}")
    sampler = Sampler(gantry, change, tar)
    counter = CallCounter(place)
    sampler.prepare()
    result = at_call(gantry, counter, 0, "kill", sampler.argv)
    assert result.code == 0, repr(result)
    calls = counter.count()
    sampler.settle(False)
    assert calls > 0, "no call was counted"
    if SECONDS == "all":
        for number in range(1, calls + 1):
            for how in ("kill", "int", *ERRORS):
                sampler.broken_at(counter, number, how)
        return
    for _ in rounds(float(SECONDS), 2):
        how = dice.choice(["kill", "kill", "kill", "int", "term", *ERRORS])
        sampler.broken_at(counter, dice.randint(1, calls), how)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_at_a_moment(gantry, change, tar):
    dice = random.Random(f"{SEED} {change.name} {gantry.runtime} moment")
    sampler = Sampler(gantry, change, tar)
    sampler.prepare()
    began = time.monotonic()
    gantry.ok(*sampler.argv)
    whole = time.monotonic() - began
    sampler.settle(False)
    for _ in rounds(1 if SECONDS == "all" else float(SECONDS) / 2, 1):
        how = dice.choice(["kill", "kill", "int", "term"])
        sampler.broken_after(dice.uniform(0, whole), how)
