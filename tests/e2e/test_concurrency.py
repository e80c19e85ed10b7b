# SPDX-License-Identifier: Apache-2.0
"""Sixteen at once on eight containers; who waits for whom, and who does not.

GANTRY_TEST_CONCURRENCY_SECONDS says for how long (60 in CI, else 10), GANTRY_TEST_SEED
repeats the choice of verbs.
"""

import collections
import json
import os
import re
import signal
import subprocess
import threading
import time

from support import host
from support.chance import SEED, dice
from support.gantry import Gantry, until

SECONDS = float(
    os.environ.get(
        "GANTRY_TEST_CONCURRENCY_SECONDS",
        60 if os.environ.get("GANTRY_TEST_REQUIRE") == "all" else 10,
    )
)
WORKERS = 16
NAMES = [f"box{number}" for number in range(8)]  # no beginning of an id
PATIENCE = 150  # seconds that any of them may take on a machine that is this busy

# What a command may say that meets another's work. All else is an error of ours.
STATE_ERRORS = re.compile(
    r"no such container|no container with name or ID|container state improper|already in use"
    r"|not running|has already ended|has no running process|ended just now|no such object"
    r"|is not mounted|was removed by another command"
)
STUBBORN = ("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done")


class Worker(threading.Thread):
    """One that gives command after command, and notes what it did not expect."""

    def __init__(self, number, gantry, network, end):
        super().__init__()
        self.gantry = gantry
        self.network = network
        self.end = end
        self.dice = dice(number)
        self.done = collections.Counter()
        self.wrong = []

    def run(self):
        while time.monotonic() < self.end:
            verb = self.dice.choice(VERBS)
            words, allowed = verb(self)
            try:
                result = self.gantry(*words, timeout=PATIENCE)
            except AssertionError as error:
                self.wrong.append(str(error))
                return
            self.done[words[0], result.code] += 1
            good = result.code in allowed
            if good and result.code == 125:
                good = STATE_ERRORS.search(result.err) is not None
            if not good:
                self.wrong.append(repr(result))

    def name(self):
        return self.dice.choice(NAMES)

    def create(self):
        network = self.network if self.dice.random() < 0.2 else "none"
        words = ("--name", self.name(), f"--network={network}", "-v", "/data", self.gantry.image,
                 *self.dice.choice([("sleep", "1000"), ("sleep", "1"), ("true",)]))
        if self.dice.random() < 0.5:
            return ("create", *words), {0, 125}
        return ("run", "-d", *words), {0, 125}

    def exact(self):
        code = self.dice.randint(1, 100)
        return ("run", "--rm", "--network=none", self.gantry.image, "sh", "-c",
                f"exit {code}"), {code}

    def on_one(self):
        words = self.dice.choice([
            ("start",), ("stop", "-t", "0"), ("stop", "-t", "1"), ("restart", "-t", "0"),
            ("kill",), ("kill", "-s", "USR1"), ("pause",), ("unpause",), ("init",),
            ("update", "--pids-limit=50"), ("mount",), ("unmount",), ("top",), ("logs",),
            ("inspect",), ("port",), ("container", "cleanup"), ("stats", "--no-stream"),
        ])
        return (*words, self.name()), {0, 125}

    def exec(self):
        # The container may end first, and its processes with it.
        return ("exec", self.name(), "true"), {0, 125, 137}

    def rename(self):
        return ("rename", self.name(), self.name()), {0, 125}

    def remove(self):
        if self.dice.random() < 0.3:
            return ("rm", self.name()), {0, 1, 2, 125}
        return ("rm", "-f", "-v", "-t", "0", self.name()), {0}

    def look(self):
        words = self.dice.choice([
            ("ps", "-a"), ("ps", "-a", "--format=json"), ("ps", "-aq", "--filter=status=running"),
            ("volume", "ls"), ("system", "locks"), ("images",),
        ])
        return words, {0}

    def check(self):
        """Nobody is taken for dead who is at work."""
        return self.dice.choice([("system", "check"), ("system", "check", "--repair")]), {0}


VERBS = (
    [Worker.create] * 4 + [Worker.on_one] * 10 + [Worker.exec] * 2 + [Worker.exact]
    + [Worker.rename] + [Worker.remove] * 3 + [Worker.look] * 3 + [Worker.check]
)


def containers_by_events(gantry, since):
    """Ids by how often they were created and removed."""
    created, removed = collections.Counter(), collections.Counter()
    text = gantry.ok("events", "--stream=false", f"--since={since}", "--format=json")
    for line in text.splitlines():
        event = json.loads(line)
        if event["Type"] == "container":
            created[event["ID"]] += event["Status"] == "create"
            removed[event["ID"]] += event["Status"] == "remove"
    return created, removed


def test_sixteen_on_eight_containers(engine, no_leaks):
    gantries = [Gantry(engine, runtime, "localhost/e2e:latest") for runtime in ("crun", "runc")]
    gantry = gantries[0]
    since = int(time.time())
    end = time.monotonic() + SECONDS
    workers = [
        Worker(number, gantries[number % 2], engine.default_network, end)
        for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(SECONDS + 2 * PATIENCE)
    assert not any(worker.is_alive() for worker in workers), f"a deadlock (seed {SEED})"
    done = sum((worker.done for worker in workers), collections.Counter())
    print(f"seed {SEED}:", ", ".join(f"{verb} {code}: {n}" for (verb, code), n in sorted(done.items())))
    wrong = [one for worker in workers for one in worker.wrong]
    assert not wrong, f"seed {SEED}, {len(wrong)} answers:\n" + "\n".join(wrong[:10])
    # No update was lost: what was created and not removed is there, and nothing else.
    created, removed = containers_by_events(gantry, since)
    assert max(created.values()) == 1 and max(removed.values(), default=0) <= 1
    alive = {id for id in created if created[id] and not removed[id]}
    assert set(gantry.ok("ps", "-aq", "--no-trunc").split()) == alive
    gantry.ok("rm", "-f", "-a", "-v", "-t", "0", timeout=PATIENCE)
    assert gantry.ok("system", "check") == ""


def test_every_update_counts(gantry):
    gantry.start(name="box")
    wanted = {"--memory=64m": 64 << 20, "--memory-reservation=32m": 32 << 20,
              "--cpu-shares=512": 512, "--pids-limit=77": 77, "--cpu-quota=50000": 50000}
    started = [gantry.spawn("update", option, "box") for option in wanted]
    started.append(gantry.spawn("rename", "box", "crate"))
    for process in started:
        out, err = process.communicate(timeout=PATIENCE)
        # One that looked the name up before the rename and came after it is told so.
        assert process.returncode == 0 or b"no such container" in err, (out, err)
    done = {option for option, process in zip(wanted, started) if process.returncode == 0}
    host = gantry.inspect("crate")["HostConfig"]
    seen = {"--memory=64m": host["Memory"], "--memory-reservation=32m": host["MemoryReservation"],
            "--cpu-shares=512": host["CpuShares"], "--pids-limit=77": host["PidsLimit"],
            "--cpu-quota=50000": host["CpuQuota"]}
    assert {option: seen[option] for option in done} == {option: wanted[option] for option in done}


def test_nobody_waits_for_a_slow_stop(gantry):
    gantry.ok("run", "-d", "--network=none", "--name=stubborn", gantry.image, *STUBBORN)
    gantry.start(name="other")
    until(lambda: gantry.ok("logs", "stubborn"), "it heeds no SIGTERM")
    stop = gantry.spawn("stop", "-t", "1000", "stubborn")
    until(lambda: host.watches(stop.pid), "it waits for the end")
    for _ in range(3):
        for words in (("ps", "-a"), ("inspect", "stubborn"), ("logs", "stubborn"),
                      ("exec", "stubborn", "true"), ("exec", "other", "true")):
            gantry.ok(*words)
    assert stop.poll() is None
    gantry.ok("kill", "stubborn")
    out, err = stop.communicate(timeout=PATIENCE)
    assert stop.returncode == 0, (out, err)
    assert gantry.state("stubborn")["ExitCode"] == 137


class TestLocks:
    """cp into a container that does not run holds its lock until its input ends."""

    def hold(self, gantry):
        gantry.ok("create", "--network=none", "--name=held", gantry.image, "true")
        holder = gantry.spawn("cp", "-", "held:/", stdin=subprocess.PIPE)
        until(lambda: self.locks(gantry), "the lock is taken")
        return holder

    def locks(self, gantry):
        return json.loads(gantry.ok("system", "locks", "--format=json"))

    def test_one_command_tells_who_does_what(self, gantry):
        holder = self.hold(gantry)
        (lock,) = self.locks(gantry)
        assert lock["Kind"] == "container" and lock["Pid"] == holder.pid
        assert lock["Verb"] == "cp" and lock["Since"].startswith("20")
        assert gantry.inspect("held")["Id"] == lock["Name"]
        assert str(holder.pid) in gantry.ok("system", "locks")
        holder.stdin.close()
        holder.wait(timeout=PATIENCE)
        assert self.locks(gantry) == []

    def test_the_dead_hold_nothing(self, gantry):
        holder = self.hold(gantry)
        waiting = gantry.spawn("start", "held")
        assert gantry.names("-a") == ["held"]  # does not wait
        holder.kill()
        out, err = waiting.communicate(timeout=PATIENCE)
        assert waiting.returncode == 0, (out, err)

    def test_who_waits_can_be_interrupted(self, gantry):
        holder = self.hold(gantry)
        waiting = gantry.spawn("start", "held")
        until(lambda: host.watches(waiting.pid), "it waits for the lock")
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=PATIENCE)
        assert waiting.returncode == 125 and b"interrupted" in err, (waiting.returncode, err)
        holder.kill()
        holder.wait(timeout=PATIENCE)
