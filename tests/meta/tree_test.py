# SPDX-License-Identifier: Apache-2.0
"""Habits of the house that a machine can check."""

import re

import tree

# Past 400 lines a file looks for its second idea; these have a reason not to.
LONG = {
    "tests/e2e/support/podman_script.py": "a table of commands for two engines",
    "tests/fault/scenarios.cc": "a table of scenarios, one for each verb",
    "tests/unit/net-cni/real_cni_test.cc": "one fixture that real plug-ins need, and its cases",
    "LICENSE": "the text of the licence",
}
LONG_MAY = {".md", ".json"}
# Formats without comments, and texts that are not ours to mark.
NO_SPDX = {".json", ".gitignore"}
NO_SPDX_NAMES = {"LICENSE", ".gitignore", "cmake/plugin.map", ".clang-format"}
# Programs inside a container, which has its own folders.
IN_CONTAINER = {"core/image/config_change.cc", "sdk/conformance/oci_suite.cc"}
ABSOLUTE = re.compile(r'"(/usr)?(/local)?/s?bin/[a-z]')


def test_each_file_names_its_licence():
    missing = []
    for path in tree.files():
        if path.suffix in NO_SPDX or str(path) in NO_SPDX_NAMES or "testdata" in path.parts:
            continue
        head = "\n".join(tree.text(path).splitlines()[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head:
            missing.append(str(path))
    assert not missing, "no SPDX line at the top of:\n" + "\n".join(missing)


def test_no_host_program_by_absolute_path():
    faults = []
    for path in tree.code():
        if path.parts[0] == "tests" or str(path) in IN_CONTAINER:
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            if ABSOLUTE.search(line.split("//")[0]):
                faults.append(f"{path}:{number}: {line.strip()}")
    assert not faults, "programs are found by configuration, then in PATH:\n" + "\n".join(faults)


def test_files_are_short_or_have_a_reason():
    long = [
        f"{path}: {count} lines"
        for path in tree.files()
        if path.suffix not in LONG_MAY
        and str(path) not in LONG
        and (count := len(tree.text(path).splitlines())) > 400
    ]
    assert not long, "split by idea, or give a reason in LONG:\n" + "\n".join(long)


def test_links_in_documents_resolve():
    broken = []
    for path in tree.files():
        if path.suffix != ".md":
            continue
        for link in re.findall(r"\]\(([^)\s]+)\)", tree.text(path)):
            target = link.split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not (tree.ROOT / path.parent / target).exists():
                broken.append(f"{path}: {link}")
    assert not broken, "links that lead nowhere:\n" + "\n".join(broken)


def test_the_usual_documents_are_there():
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"):
        assert (tree.ROOT / name).is_file(), f"{name} is missing"
    assert "## 0.1.0" in tree.text("CHANGELOG.md")


def test_packages_have_a_use_and_a_reason():
    for line in tree.text("packaging/debian-packages.txt").splitlines():
        if line and not line.startswith("#"):
            name, when, reason = line.split(None, 2)
            assert when in ("build", "run", "quickstart", "test", "check"), line
            assert len(reason) >= 8, line
