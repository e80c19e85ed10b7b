# SPDX-License-Identifier: Apache-2.0
"""All code is formatted as .clang-format says; scripts/format does it."""

import os
import shutil
import subprocess

import pytest
import tree


def test_code_is_formatted():
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    if program is None:
        message = "clang-format is not installed"
        assert os.environ.get("GANTRY_TEST_REQUIRE") != "all", message
        pytest.skip(message)
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if "version 14." not in version:
        # Releases differ in small ways; the tree follows the one in Debian 12.
        message = f"needs clang-format 14, this is {version.strip()}"
        assert os.environ.get("GANTRY_TEST_REQUIRE") != "all", message
        pytest.skip(message)
    done = subprocess.run(
        [program, "--dry-run", "--Werror", *map(str, tree.code())],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
    )
    named = {line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line}
    assert done.returncode == 0, "run scripts/format:\n" + "\n".join(sorted(named))
