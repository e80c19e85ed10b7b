# SPDX-License-Identifier: Apache-2.0
"""--trace: the timeline of a command, for Chrome's trace viewer."""

import json
import os

import pytest

from support import host
from support.gantry import PATIENCE, PATIENT, until


def spans_of(path):
    events = json.loads(path.read_text())
    assert events[0]["ph"] == "M" and events[0]["name"] == "process_name"
    spans = events[1:]
    for span in spans:
        assert span["ph"] == "X", span
        assert span["name"] and span["ts"] >= 0 and span["dur"] >= 0, span
        assert span["cat"] in ("verb", "step", "plugin", "process", "wait"), span
        assert span["pid"] == events[0]["pid"], span
    return spans


def check_nesting(spans):
    """On one thread two spans lie one in the other, or beside each other."""
    by_thread = {}
    for span in spans:
        by_thread.setdefault(span["tid"], []).append(span)
    for mine in by_thread.values():
        open_ones = []
        for span in sorted(mine, key=lambda one: (one["ts"], -one["dur"])):
            while open_ones and open_ones[-1] <= span["ts"]:
                open_ones.pop()
            end = span["ts"] + span["dur"]
            # A thousandth of a microsecond is what adding two numbers may lose.
            assert not open_ones or end <= open_ones[-1] + 0.001, span
            open_ones.append(end)


def traced(gantry, place, *words, code=0):
    path = place / "trace.json"
    done = gantry(f"--trace={path}", *words)
    assert done.code == code, repr(done)
    spans = spans_of(path)
    check_nesting(spans)
    (verb,) = [span for span in spans if span["cat"] == "verb"]
    for span in spans:
        assert verb["ts"] <= span["ts"], span
        assert span["ts"] + span["dur"] <= verb["ts"] + verb["dur"] + 0.001, span
    return verb["name"], {cat: [s["name"] for s in spans if s["cat"] == cat]
                          for cat in ("step", "plugin", "process", "wait")}


def test_run(gantry, place):
    verb, names = traced(gantry, place, "run", "--rm", "--network=none", gantry.image, "true")
    assert verb == "gantry run"
    for step in ("reserve identity", "prepare rootfs", "mount rootfs", "write bundle", "launch",
                 "await created", "start process", "undo mount rootfs", "undo reserve identity"):
        assert step in names["step"], names["step"]
    for call in (f"load oci-{gantry.runtime}", f"oci-{gantry.runtime}.create_plan",
                 f"oci-{gantry.runtime}.start", "storage-overlay.mount",
                 "state-leveldb.begin", "state-leveldb.commit"):
        assert call in names["plugin"], names["plugin"]
    assert any(name.startswith("spawn ") and "conmon" in name for name in names["process"])
    assert any(f"{gantry.runtime} " in name and " start " in name for name in names["process"])
    assert "attached" in names["wait"] and "for conmon" in names["wait"]


@pytest.mark.parametrize("words", [
    ("create", "--name=box", "IMAGE", "true"),
    ("init", "box"),
    ("start", "box"),
    ("restart", "-t0", "box"),
    ("pause", "box"),
    ("unpause", "box"),
    ("exec", "box", "true"),
    ("kill", "box"),
    ("stop", "-t0", "box"),
    ("rm", "-f", "box"),
    ("ps", "-a"),
    ("inspect", "box"),
    ("volume", "ls"),
    ("system", "check"),
])
def test_every_verb_writes_one(gantry_once, place, words):
    gantry = gantry_once
    verb = words[0]
    if verb == "init":
        gantry.ok("create", "--name=box", "--network=none", gantry.image, "true")
    elif verb == "unpause":
        gantry.start(name="box")
        gantry.ok("pause", "box")
    elif "box" in words:
        gantry.start(name="box")
    words = [gantry.image if word == "IMAGE" else word for word in words]
    name, spans = traced(gantry, place, *words)
    assert name == " ".join(["gantry", *words[:2]]) if verb in ("volume", "system") else f"gantry {verb}"
    assert any(call.startswith("state-leveldb.") for call in spans["plugin"])


def test_a_command_that_fails(gantry_once, place):
    _, spans = traced(gantry_once, place, "start", "nosuch", code=125)
    assert "state-leveldb.begin" in spans["plugin"]


def test_a_wait_for_a_lock(gantry_once, place):
    """What one command waits for another shows in its timeline."""
    gantry = gantry_once
    gate = place / "gate"
    os.mkfifo(gate)
    script = place / "slow"
    script.write_text(f"#!/bin/sh\n/bin/cat {gate}\n")
    script.chmod(0o755)
    (place / "slow.json").write_text(json.dumps({
        "version": "1.0.0", "hook": {"path": str(script)}, "when": {"always": True},
        "stages": ["precreate"],
    }))
    identity = gantry.ok("create", "--name=box", "--network=none", gantry.image, *PATIENT)
    starting = gantry.spawn(f"--hooks-dir={place}", "start", "box")
    until(lambda: identity in gantry.ok("system", "locks"), "the lock of start")
    path = place / "trace"  # no hook, as another .json beside them would be
    stopping = gantry.spawn(f"--trace={path}", "stop", "-t0", "box")
    until(lambda: host.watches(stopping.pid), "stop to wait")
    gate.write_text("")
    assert starting.wait(PATIENCE) == 0, starting.stderr.read()
    assert stopping.wait(PATIENCE) == 0, stopping.stderr.read()
    waits = [span["name"] for span in spans_of(path) if span["cat"] == "wait"]
    assert f"for the lock of container {identity}" in waits, waits


def test_a_file_that_cannot_be_written(gantry_once, place):
    gantry_once.fails(f"--trace={place}/none/such", "ps", says="none/such")
