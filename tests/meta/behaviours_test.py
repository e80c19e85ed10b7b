# SPDX-License-Identifier: Apache-2.0
"""docs/BEHAVIOURS.md names code, steps and tests that exist."""

import re

import tree

DOCUMENT = "docs/BEHAVIOURS.md"


def rows():
    for line in tree.text(DOCUMENT).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in ("behaviour", "---"):
            yield cells


def named(cell):
    return re.findall(r"`([^`]+)`", cell)


def steps():
    folder = tree.ROOT / "core/lifecycle/steps"
    found = set()
    for path in folder.glob("*.cc"):
        found |= set(re.findall(r'const Step k\w+\{"([^"]+)"', path.read_text(encoding="utf-8")))
    return found


def test_there_is_a_table():
    assert len(list(rows())) > 50


def test_each_row_names_what_carries_it_and_a_test():
    for behaviour, carried_by, tests in rows():
        assert named(carried_by), f"{behaviour}: nothing carries it"
        assert named(tests), f"{behaviour}: no test holds it"


def test_what_carries_it_exists():
    known = steps()
    wrong = []
    for behaviour, carried_by, _ in rows():
        for name in re.findall(r"step `([^`]+)`", carried_by):
            if name not in known:
                wrong.append(f"{behaviour}: no step is called {name}")
        for name in named(re.sub(r"step `[^`]+`", "", carried_by)):
            if not (tree.ROOT / name).is_file():
                wrong.append(f"{behaviour}: there is no {name}")
    assert not wrong, "\n".join(wrong)


def test_each_test_exists():
    wrong = []
    for behaviour, _, tests in rows():
        for name in named(tests):
            file, _, inner = name.partition("::")
            path = tree.ROOT / "tests" / file
            if not path.is_file():
                wrong.append(f"{behaviour}: there is no tests/{file}")
            elif inner and not re.search(
                rf"^\s*(?:def|class) {re.escape(inner)}\b", path.read_text(encoding="utf-8"), re.M
            ):
                wrong.append(f"{behaviour}: tests/{file} has no {inner}")
    assert not wrong, "\n".join(wrong)
