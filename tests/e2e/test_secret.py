# SPDX-License-Identifier: Apache-2.0
"""secret, and --secret of run and create."""

import json
import re
import stat
import subprocess

import pytest


@pytest.fixture
def secret(gantry):
    made = []

    def make(name, data="hidden words", *options):
        identity = gantry.ok("secret", "create", *options, name, "-", input=data)
        made.append(identity)
        return identity

    yield make
    for identity in made:
        gantry("rm", "-f", "-a", "-t", "0")
        gantry("secret", "rm", identity)


def test_create_and_look(gantry, secret):
    identity = secret("plain", "hidden words", "--label=colour=red")
    assert re.fullmatch("[0-9a-f]{25}", identity)
    told = json.loads(gantry.ok("secret", "inspect", "plain"))[0]
    assert told["ID"] == identity
    assert told["Spec"]["Name"] == "plain"
    assert told["Spec"]["Driver"]["Name"] == "file"
    assert told["Spec"]["Labels"] == {"colour": "red"}
    assert "plain" in gantry.ok("secret", "ls")
    assert gantry.ok("secret", "ls", "-q", "--filter=name=plain") == identity
    data = gantry.engine.root / "secrets" / identity
    assert stat.S_IMODE(data.stat().st_mode) == 0o600
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700


def test_refusals(gantry, secret):
    secret("taken")
    gantry.fails("secret", "create", "taken", "-", input="x", says="secret name in use")
    gantry.fails("secret", "create", "-bad-", "-", input="x", says=".")
    gantry.fails("secret", "create", "empty", "-", input="", says="larger than 0")
    gantry.fails("secret", "create", "big", "-", input="x" * 512000, says="less than 512000")
    gantry.fails("secret", "rm", "none-such", says="no such secret")
    gantry.fails("secret", "inspect", "none-such", says="no such secret")
    gantry.fails("create", "--secret=none-such", gantry.image, "true", says="no such secret")


def test_as_a_file(gantry, secret):
    secret("filed")
    script = "cat /run/secrets/filed; stat -c ' %a %u %g' /run/secrets/filed"
    assert gantry.run_ok("--secret=filed", gantry.image, "sh", "-c", script) == (
        "hidden words 444 0 0"
    )
    script = "cat /etc/word; stat -c ' %a %u %g' /etc/word"
    option = "--secret=filed,target=/etc/word,uid=1000,gid=50,mode=0400"
    assert gantry.run_ok(option, gantry.image, "sh", "-c", script) == "hidden words 400 1000 50"


def test_in_the_environment(gantry, secret):
    secret("word")
    show = ("sh", "-c", "echo $word $OTHER")
    assert gantry.run_ok("--secret=word,type=env", gantry.image, *show) == "hidden words"
    assert gantry.run_ok("--secret=source=word,type=env,target=OTHER", gantry.image, *show) == (
        "hidden words"
    )


def test_never_shown(gantry, secret):
    secret("word", "unspeakable")
    gantry.ok(
        "run", "-d", "--network=none", "--name=keeper", "--secret=word",
        "--secret=word,type=env", gantry.image, "sleep", "1000",
    )
    for shown in (("inspect", "keeper"), ("secret", "inspect", "word"), ("ps", "-a")):
        assert "unspeakable" not in gantry.ok(*shown)
    gantry.ok("stop", "-t", "0", "keeper")
    # The monitor tidies up meanwhile: what is gone by now was left nowhere.
    done = subprocess.run(["grep", "-rls", "--devices=skip", "unspeakable", gantry.engine.run],
                          capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_gone_before_the_start(gantry):
    identity = gantry.ok("secret", "create", "brief", "-", input="x")
    gantry.ok("create", "--network=none", "--name=c", "--secret=brief", gantry.image, "true")
    assert gantry.ok("secret", "rm", "brief") == identity
    gantry.fails("start", "c", says="no such secret")
    assert list((gantry.engine.root / "secrets").iterdir()) == []


def test_bad_options(gantry_once):
    for option, words in {
        "a,type=other": "invalid",
        "a,mode=9": "mode",
        "a,type=env,uid=1": "cannot be set",
        ",type=env": "source",
    }.items():
        gantry_once.fails("create", f"--secret={option}", gantry_once.image, "true", says=words)
