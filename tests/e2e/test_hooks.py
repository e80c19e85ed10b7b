# SPDX-License-Identifier: Apache-2.0
"""OCI hooks, as oci-hooks(5) tells of them."""

import json

import pytest


@pytest.fixture
def hooks(place):
    return Hooks(place)


class Hooks:
    def __init__(self, place):
        self.place = place
        self.folders = [place / "early", place / "late"]
        for folder in self.folders:
            folder.mkdir()

    @property
    def options(self):
        return [f"--hooks-dir={folder}" for folder in self.folders]

    def script(self, name, text):
        path = self.place / name
        path.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def add(self, name, path, stages, when=None, folder=0, **program):
        document = {
            "version": "1.0.0",
            "hook": {"path": path, **program},
            "when": when or {"always": True},
            "stages": stages,
        }
        (self.folders[folder] / f"{name}.json").write_text(json.dumps(document))


def run(gantry, hooks, *words, **how):
    return gantry(*hooks.options, "run", "--rm", "--network=none", *words, **how)


def test_precreate_rewrites_the_configuration(gantry, hooks):
    hooks.add("10", hooks.script("ten", 'sed \'s/"one"/"two"/\''), ["precreate"])
    hooks.add("20", hooks.script("twenty", 'sed \'s/"two"/"three"/\''), ["precreate"])
    done = run(gantry, hooks, gantry.image, "echo", "one")
    assert (done.code, done.out) == (0, "three\n"), repr(done)


def test_a_later_folder_replaces(gantry_once, hooks):
    hooks.add("10", hooks.script("early-one", 'sed \'s/"one"/"early"/\''), ["precreate"])
    hooks.add("10", hooks.script("late-one", 'sed \'s/"one"/"late"/\''), ["precreate"], folder=1)
    assert run(gantry_once, hooks, gantry_once.image, "echo", "one").out == "late\n"


def test_precreate_that_fails_or_hangs(gantry_once, hooks):
    hooks.add("10", hooks.script("bad", "echo no >&2; exit 4"), ["precreate"])
    done = run(gantry_once, hooks, gantry_once.image, "true")
    assert done.code not in (0, 124) and "exit code 4" in done.err, repr(done)
    hooks.add("10", hooks.script("slow", "exec sleep 1000"), ["precreate"], timeout=1)
    done = run(gantry_once, hooks, gantry_once.image, "true")
    assert done.code not in (0, 124) and "did not end" in done.err, repr(done)


def test_hooks_of_the_runtime(gantry, hooks):
    out = hooks.place / "out"
    hooks.add("10", hooks.script("note", f"cat >> {out}"), ["createRuntime", "poststart"])
    assert run(gantry, hooks, gantry.image, "sleep", "0.2").code == 0
    text = out.read_text()
    assert text.count("ociVersion") == 2, text


def test_poststop_gets_the_state_once(gantry, hooks):
    out = hooks.place / "out"
    hooks.add("10", hooks.script("note", f"cat >> {out}; echo >> {out}"), ["poststop"])
    done = run(gantry, hooks, "--annotation=colour=red", gantry.image, "true")
    assert done.code == 0, repr(done)
    lines = out.read_text().splitlines()
    assert len(lines) == 1, lines
    state = json.loads(lines[0])
    assert state["status"] == "stopped"
    assert state["annotations"]["colour"] == "red"


def test_conditions(gantry_once, hooks):
    rewrite = hooks.script("rewrite", 'sed \'s/"one"/"two"/\'')
    gantry = gantry_once
    hooks.add("10", rewrite, ["precreate"], {"annotations": {"^col": "^red$"}})
    assert run(gantry, hooks, gantry.image, "echo", "one").out == "one\n"
    done = run(gantry, hooks, "--annotation=colour=red", gantry.image, "echo", "one")
    assert done.out == "two\n"
    hooks.add("10", rewrite, ["precreate"], {"commands": ["echo$"]})
    assert run(gantry, hooks, gantry.image, "echo", "one").out == "two\n"
    hooks.add("10", rewrite, ["precreate"], {"hasBindMounts": True})
    assert run(gantry, hooks, gantry.image, "echo", "one").out == "one\n"
    done = run(gantry, hooks, "-v", f"{hooks.place}:/mnt", gantry.image, "echo", "one")
    assert done.out == "two\n"


def test_a_damaged_file_is_named(gantry_once, hooks):
    (hooks.folders[0] / "bad.json").write_text('{"version": "9"}')
    done = run(gantry_once, hooks, gantry_once.image, "true")
    assert done.code not in (0, 124) and "bad.json" in done.err, repr(done)
