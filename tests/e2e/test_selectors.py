# SPDX-License-Identifier: Apache-2.0
"""--runtime, --storage-driver, --network-backend and --state-backend: which plug-ins are used,
and that an object keeps those that it was made with."""

import json
import shutil

import pytest

KINDS = {
    "--runtime": "oci",
    "--storage-driver": "storage",
    "--network-backend": "net",
    "--state-backend": "state",
}
USED = {
    "--runtime": "crun",
    "--storage-driver": "overlay",
    "--network-backend": "cni",
    "--state-backend": "leveldb",
}


def flags_without(gantry, flag):
    return () if flag == "--runtime" else (f"--runtime={gantry.runtime}",)


@pytest.mark.parametrize("flag", KINDS)
def test_before_and_after_the_verb(gantry_once, flag):
    chosen = f"{flag}={USED[flag]}"
    words = ("run", "--rm", gantry_once.image, "echo", "x")
    others = flags_without(gantry_once, flag)
    assert gantry_once.engine.call(*others, chosen, *words).out == "x\n"
    assert gantry_once.engine.call(*others, words[0], chosen, *words[1:]).out == "x\n"


@pytest.mark.parametrize("flag", KINDS)
def test_by_environment_and_by_file(gantry_once, flag, place):
    name = "GANTRY_" + flag[2:].upper().replace("-", "_")
    key = flag[2:].replace("-", "_")
    others = flags_without(gantry_once, flag)
    info = gantry_once.engine.call(*others, "info", "--format=json", env={name: USED[flag]})
    setting = json.loads(info.out)["configuration"][key]
    assert setting == {"value": USED[flag], "source": f"environment {name}"}
    (place / "gantry.conf").write_text(f"{key}={USED[flag]}\n")
    info = gantry_once.engine.call(*others, f"--config={place}/gantry.conf", "info", "--format=json")
    assert json.loads(info.out)["configuration"][key]["source"] == f"{place}/gantry.conf"


@pytest.mark.parametrize("flag", KINDS)
def test_unknown(gantry_once, flag):
    result = gantry_once.engine.call(f"{flag}=nosuch", "run", "--rm", gantry_once.image, "true")
    assert result.code in (125, 126), repr(result)
    # The records of a store stay with the backend that wrote them.
    wanted = "kept by the state backend leveldb" if flag == "--state-backend" else f"gantry-{KINDS[flag]}-nosuch.so"
    assert wanted in result.err and result.err.count("\n") == 1
    assert gantry_once.ok("ps", "-aq") == ""


def test_recorded_with_the_container(gantry):
    gantry.ok("create", "--name=box", "--network=none", gantry.image, "echo", "x")
    seen = gantry.inspect("box")
    assert (seen["OCIRuntime"], seen["Driver"]) == (gantry.runtime, "overlay")
    other = "runc" if gantry.runtime == "crun" else "crun"
    started = gantry.engine.call(f"--runtime={other}", "start", "-a", "box")
    assert started.out == "x\n" and gantry.inspect("box")["OCIRuntime"] == gantry.runtime


def test_runtime_by_path_is_recorded(gantry):
    path = shutil.which(gantry.runtime, path="/usr/sbin:/usr/bin:/usr/local/bin")
    made = gantry.engine.call(f"--runtime={path}", "create", "--name=box", "--network=none",
                              gantry.image, "echo", "x")
    assert made.code == 0, repr(made)
    assert gantry.inspect("box")["OCIRuntime"] == path
    assert gantry.ok("start", "-a", "box") == "x"


def test_runtime_by_a_path_that_is_none(gantry_once):
    result = gantry_once.engine.call("--runtime=/no/such/crun", "run", "--rm", gantry_once.image, "true")
    assert result.code in (125, 126) and "/no/such/crun" in result.err
