# SPDX-License-Identifier: Apache-2.0
"""What tests of user namespaces share: ids that are granted, and who has which."""

import contextlib
import os
import pathlib

MAP = "0:100000:65536"
MAPPED = ("--uidmap", MAP)
FIRST = 1_000_000  # of the ids that the tests' own subuid file grants


@contextlib.contextmanager
def granting(engine, place, count=1_000_000, user="containers"):
    """Files of the tests' own instead of /etc/subuid and /etc/subgid."""
    before = engine.configuration.read_text()
    lines = []
    for name in ("subuid", "subgid"):
        (place / name).write_text(f"other:1:5\n{user}:{FIRST}:{count}\n")
        lines.append(f"{name}_file={place / name}\n")
    engine.configuration.write_text("".join(lines) + before)
    try:
        yield
    finally:
        engine.configuration.write_text(before)


def mapping(gantry, name, kind="UidMap"):
    """[(inside, outside, count)], as inspect tells."""
    texts = gantry.inspect(name)["HostConfig"]["IDMappings"][kind]
    return [tuple(int(word) for word in text.split(":")) for text in texts]


def taken(gantry, name, kind="UidMap"):
    return {
        identity
        for _, outside, count in mapping(gantry, name, kind)
        for identity in range(outside, outside + count)
    }


def root_of(gantry, name):
    return pathlib.Path(gantry.inspect(name)["GraphDriver"]["Data"]["MergedDir"])


def owner(path):
    info = os.lstat(path)
    return info.st_uid, info.st_gid
