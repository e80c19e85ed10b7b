# SPDX-License-Identifier: Apache-2.0
"""The tree as the checks see it: files known to git or new, without what git ignores."""

import functools
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = {".c", ".cc", ".h", ".hpp"}


@functools.cache
def files():
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode == 0:
        names = [pathlib.Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:  # a release archive has no git
        names = [p.relative_to(ROOT) for p in ROOT.rglob("*")]
        names = [p for p in names if p.parts[0] not in ("build", ".git")]
    return sorted(p for p in names if (ROOT / p).is_file())


def code():
    return [path for path in files() if path.suffix in CODE]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")
