# SPDX-License-Identifier: Apache-2.0
"""The same commands to gantry and to podman 4.3: the same exit codes, output, words and JSON
fields, but for the differences in support/podman_differences.py, each with its reason.

A difference that is not listed fails, and so does one that is listed and has gone. What is
listed stands in docs/PODMAN.md, too; GANTRY_WRITE_DOCS=1 writes that page.
"""

import contextlib
import os
import pathlib
import re
import secrets
import shlex
import threading

import pytest
from support import host, podman
from support.claims import claim_port, claim_subnet
from support.gantry import PATIENT, Engine
from support.leaks import leave_host_as_found
from support.podman_differences import COMMANDS, FIELDS, page
from support.podman_script import (
    DOCUMENTS, MAPS, OF_THE_RUNTIME, READY, SCRIPT, SETUP,
)

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "PODMAN.md"


def sections():
    """{title: lines} of the script."""
    found = {}
    for line in SCRIPT.splitlines():
        if line.startswith("## "):
            lines = found.setdefault(line[3:], [])
        elif line:
            lines.append(line)
    return found


class Side:
    """One of the two engines, and what the script's placeholders are for it."""

    def __init__(self, engine, runtime, archive):
        self.engine = engine
        # gantry chooses by a flag; podman was told when it was made.
        self.flags = () if isinstance(engine, podman.Podman) else (f"--runtime={runtime}",)
        self.ambiguous = ""
        self.values = {
            "@ARCHIVE": str(archive),
            "@IMAGE": "localhost/e2e:latest",
            "@CID": str(engine.folder / "cid"),
            "@SUBNET": claim_subnet(),
            "@OTHERNET": claim_subnet(),
            "@NET": "cmp" + secrets.token_hex(3),
            "@PORT2": str(claim_port()),
            "@PORT": str(claim_port()),
        }

    def filled(self, word):
        for name, value in self.values.items():
            word = word.replace(name, value)
        fixed = {"PATIENT": PATIENT, "READY": READY, "AMB": (self.ambiguous,)}
        return fixed.get(word, (word,))

    def call(self, line, typed=None):
        words = [part for word in shlex.split(line) for part in self.filled(word)]
        return self.engine.call(*self.flags, *words, input=typed, timeout=120)

    def answer(self, line):
        line, _, typed = line.removeprefix("~ ").partition(" < ")
        result = self.call(line, typed or None)
        names = [(str(self.engine.root), "ROOT"), (str(self.engine.run), "RUN")]
        names += [(value, name) for name, value in self.values.items()]
        names += [(self.values["@SUBNET"].rsplit(".", 1)[0], "@BASE")]
        names += [(f"ID {self.ambiguous}", "ID AMB")] if self.ambiguous else []
        return podman.Answer(result, names)

    def act(self, name):
        if name == "RESET":
            for _ in range(2):
                self.call("rm -f -t 0 -a")
            return
        assert name == "AMBIGUOUS", name
        firsts = []
        while len(firsts) == len(set(firsts)):
            firsts.append(self.call("create --network=none @IMAGE true").out[:1])
        self.ambiguous = firsts[-1]

    def answers(self, lines):
        """[(line, Answer)] of what is compared, in order."""
        found = []
        for line in lines:
            if line.isupper():
                self.act(line)
            else:
                found.append((line, self.answer(line)))
        return found


@contextlib.contextmanager
def both_sides(binary, folder, archive, runtime):
    for reason in (host.root(), podman.missing()):
        host.require(reason)
    for name in ("conmon", "crun", "runc", "ip", "iptables", "nsenter", "unshare"):
        host.require(host.program(name))
    tag = secrets.token_hex(3)
    ours = Engine(binary, folder / f"gantry-{tag}", f"cmp{tag}")
    theirs = podman.Podman(folder / f"podman-{tag}", runtime, claim_subnet())
    try:
        yield Side(ours, runtime, archive), Side(theirs, runtime, archive)
    finally:
        try:
            leave_host_as_found(ours)
        finally:
            theirs.end()


def on_both(sides, work):
    """[result, result] of work(side), each in a thread of its own."""
    results = [None, None]

    def run(index):
        try:
            results[index] = work(sides[index])
        except BaseException as error:  # told by the one who waits
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


@pytest.fixture(scope="module")
def compared(binary, folder, archive):
    """{section: [(runtime, line, ours, theirs)]}: all of the script with runc, and with crun
    what depends on the runtime."""
    found = {}
    for runtime in ("runc", "crun"):
        chosen = sections()
        if runtime == "crun":
            chosen = {title: chosen[title] for title in OF_THE_RUNTIME}

        def work(side, chosen=chosen):
            side.call("load -q -i @ARCHIVE")
            return {title: side.answers(lines) for title, lines in chosen.items()}

        with both_sides(binary, folder, archive, runtime) as sides:
            ours, theirs = on_both(sides, work)
        for title in chosen:
            found.setdefault(title, []).extend(
                (runtime, line, one, other)
                for (line, one), (_, other) in zip(ours[title], theirs[title])
            )
    return found


@pytest.fixture(scope="module")
def documents(binary, folder, archive):
    """{name: (ours, theirs)} of the documents."""

    def work(side):
        for line in SETUP.strip().splitlines():
            result = side.call(line)
            assert result.code in (0, 3), repr(result)
        found = {}
        for name, line in DOCUMENTS.items():
            result = side.call(line)
            assert result.code == 0, repr(result)
            found[name] = podman.document_of(result.out)
        return found

    with both_sides(binary, folder, archive, "runc") as sides:
        ours, theirs = on_both(sides, work)
    return {name: (ours[name], theirs[name]) for name in DOCUMENTS}


@pytest.mark.parametrize("title", list(sections()))
def test_commands(compared, title):
    unlisted = []
    seen = {}
    for runtime, line, ours, theirs in compared[title]:
        aspects = ours.differs_from(theirs, not line.startswith("~ "))
        listed = [one.aspects for one in COMMANDS if line in one.lines]
        seen.setdefault(line, set()).update(aspects)
        if aspects - set().union(*listed):
            unlisted.append(f"{line} ({runtime})\n  gantry: {ours!r}\n  podman: {theirs!r}")
    assert not unlisted, "differences that are not listed:\n" + "\n".join(unlisted)
    gone = [
        f"{line}: {', '.join(sorted(one.aspects - seen[line]))}"
        for one in COMMANDS
        for line in one.lines
        if line in seen and one.aspects - seen[line]
    ]
    assert not gone, "listed differences that are gone:\n" + "\n".join(gone)


def test_every_listed_command_is_in_the_script():
    every = {line for lines in sections().values() for line in lines}
    assert [line for one in COMMANDS for line in one.lines if line not in every] == []


def field_differences(ours, theirs):
    """{path: (kinds in gantry, kinds in podman)} where they differ; only the uppermost of a
    whole branch that one of them lacks."""
    mine = podman.shape_of(ours, MAPS)
    other = podman.shape_of(theirs, MAPS)
    found = {
        path: (mine.get(path, set()), other.get(path, set()))
        for path in sorted(mine.keys() | other.keys())
        if mine.get(path) != other.get(path)
    }

    def is_below(path):
        return any(
            path != top and re.match(rf"{re.escape(top)}[.\[]", path) and not all(found[top])
            for top in found
        )

    return {path: kinds for path, kinds in found.items() if not is_below(path)}


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_fields(documents, name):
    found = field_differences(*documents[name])
    listed = [one for one in FIELDS if name in one.documents]
    unlisted = [
        f"{path}: gantry {sorted(ours) or 'lacks it'}, podman {sorted(theirs) or 'lacks it'}"
        for path, (ours, theirs) in found.items()
        if not any(one.covers(path) for one in listed)
    ]
    assert not unlisted, "differences that are not listed:\n" + "\n".join(unlisted)
    gone = [
        path
        for one in listed
        for path in one.paths
        if not any(one.is_about(path, where) for where in found)
    ]
    assert not gone, "listed differences that are gone:\n" + "\n".join(gone)


def test_page():
    """Without podman, too: the page says what the lists say."""
    lines = sum(not line.isupper() for lines in sections().values() for line in lines)
    wanted = page(lines, len(DOCUMENTS))
    if os.environ.get("GANTRY_WRITE_DOCS"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted, "write it anew with GANTRY_WRITE_DOCS=1"
