# SPDX-License-Identifier: Apache-2.0
"""Every #include obeys docs/LAYERS.txt."""

import pathlib
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.MULTILINE)
# Folders of the C library and the kernel, free for all.
SYSTEM = {"sys", "linux", "net", "netinet", "arpa", "asm"}


def read_law():
    parts, libraries = {}, {}
    table = parts
    for line in tree.text("docs/LAYERS.txt").splitlines():
        line = line.split("#")[0].strip()
        if line == "libraries":
            table = libraries
        elif line:
            part, _, allowed = line.partition(":")
            assert part not in table, f"docs/LAYERS.txt names {part} twice"
            table[part] = allowed.split()
    return parts, libraries


PARTS, LIBRARIES = read_law()


def holds(part, path):
    return path == part or path.startswith(part + "/")


def part_of(path):
    found = [part for part in PARTS if holds(part, path)]
    return max(found, key=len, default=None)


def target_of(source, quote, name):
    """The file of this tree that is included, or None for another project's."""
    if name.startswith("gantry/"):
        return "sdk/include/" + name
    if quote == '"':
        return name if "/" in name else str(source.parent / name)
    return None


def complaint(source, quote, name):
    part = part_of(str(source))
    target = target_of(source, quote, name)
    if target is None:
        owners = [p for p, names in LIBRARIES.items() if any(holds(n, name) for n in names)]
        if owners:
            return None if part in owners else f"only {', '.join(owners)} may include <{name}>"
        known = "/" not in name or name.split("/")[0] in SYSTEM
        return None if known else f"<{name}> is of a library that docs/LAYERS.txt does not name"
    if not (tree.ROOT / target).is_file():
        return f'"{name}" is not a path from the top of the tree'
    allowed = [part, "sdk/include/gantry/error.hpp", *PARTS[part]]
    if part_of(target) == part or any(holds(a, target) for a in allowed):
        return None
    return f"{part} may not include {name}"


def test_every_source_belongs_to_a_part():
    lost = [str(path) for path in tree.code() if part_of(str(path)) is None]
    assert not lost, "docs/LAYERS.txt has no line for these:\n" + "\n".join(lost)


def test_every_include_is_allowed():
    faults = []
    for path in tree.code():
        if part_of(str(path)) is None:
            continue
        for quote, name in INCLUDE.findall(tree.text(path)):
            reason = complaint(path, quote, name)
            if reason:
                faults.append(f"{path}: {reason}")
    assert not faults, "docs/LAYERS.txt forbids:\n" + "\n".join(faults)


def test_the_law_has_no_dead_lines():
    dead = [part for part in PARTS if not (tree.ROOT / part).exists()]
    assert not dead, f"docs/LAYERS.txt names what is not there: {dead}"


def test_the_law_bites():
    cli, plugin = pathlib.Path("core/model/x.h"), pathlib.Path("plugins/net-cni/x.cc")
    assert complaint(cli, '"', "core/store/store.h")
    assert complaint(plugin, '"', "core/model/ids.h")
    assert complaint(plugin, "<", "leveldb/db.h")
    assert complaint(cli, "<", "gantry/abi/base.h")
    assert complaint(cli, "<", "gantry/error.hpp") is None
