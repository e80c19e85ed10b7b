# SPDX-License-Identifier: Apache-2.0
"""cmake --install gives a working engine, and an SDK that plug-ins build against.

The build folder comes in BUILD_DIR. The prefix is below it, since plug-ins must not be loaded
from folders that others can write to.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import tree

PLUGINS = {"oci-crun", "oci-runc", "storage-overlay", "net-cni", "state-leveldb"}


def run(*command, **options):
    done = subprocess.run(
        list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        **options,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix():
    build = os.environ["BUILD_DIR"]
    os.umask(0o022)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="install-", dir=build))
    folder.chmod(0o755)
    try:
        run("cmake", "--install", build, "--prefix", folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def only(prefix, pattern):
    found = sorted(prefix.glob(pattern))
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


def test_the_engine_runs_from_its_prefix(prefix):
    gantry = prefix / "bin/gantry"
    assert "0.1.0" in run(gantry, "version")
    listed = json.loads(run(gantry, "plugin", "ls", "--format", "json"))
    text = json.dumps(listed)
    assert str(prefix) in text
    for name in PLUGINS:
        assert only(prefix, f"lib/**/gantry/plugins/1/gantry-{name}.so")
    assert len(listed) >= len(PLUGINS)
    assert os.access(prefix / "libexec/gantry/gantry-hide", os.X_OK)


def test_the_manual_and_completions_come_along(prefix):
    for path in (
        "share/man/man1/gantry.1",
        "share/man/man1/gantry-run.1",
        "share/man/man5/gantry.conf.5",
        "share/bash-completion/completions/gantry",
        "lib/tmpfiles.d/gantry.conf",
    ):
        assert (prefix / path).is_file(), path


@pytest.mark.parametrize("language, plugin", [("c", "net-nothing"), ("cpp", "state-file")])
def test_a_template_builds_with_cmake(prefix, language, plugin):
    source = prefix / "share/gantry/template" / language
    build = prefix / f"build-{language}"
    run("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-G", "Ninja")
    run("cmake", "--build", build)
    judge(prefix, build / f"gantry-{plugin}.so")


def test_a_template_builds_with_pkg_config(prefix):
    package = only(prefix, "lib/**/pkgconfig/gantry-sdk.pc")
    env = dict(os.environ, PKG_CONFIG_PATH=str(package.parent))
    flags = run("pkg-config", "--cflags", "--libs", "gantry-sdk", env=env).split()
    folder = prefix / "build-pkg-config"
    folder.mkdir()
    out = folder / "gantry-state-file.so"
    source = prefix / "share/gantry/template/cpp/file_state.cc"
    run("c++", "-std=c++20", source, "-o", out, *flags)
    judge(prefix, out)
    plugins = run("pkg-config", "--variable=plugindir", "gantry-sdk", env=env).strip()
    assert pathlib.Path(plugins).resolve().is_dir()


def judge(prefix, plugin):
    exported = run("nm", "-D", "--defined-only", plugin).split("\n")
    assert [line.split()[2] for line in exported if line] == ["gantry_plugin_entry_v1"]
    run(prefix / "bin/gantry", "plugin", "verify", plugin)
