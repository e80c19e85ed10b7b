# SPDX-License-Identifier: Apache-2.0
"""Dependencies: --requires, namespaces of another container, rm --depend."""

import json


def chain(gantry):
    """c needs b and a, b needs a."""
    create = ("create", "--network=none")
    words = (gantry.image, "sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait")
    a = gantry.ok(*create, "--name=a", *words)
    b = gantry.ok(*create, "--name=b", "--requires=a", *words)
    c = gantry.ok(*create, "--name=c", "--requires=b,a", *words)
    return a, b, c


def test_start_brings_up_what_it_needs(gantry):
    a, b, c = chain(gantry)
    assert gantry.inspect("c")["Dependencies"] == [b, a]
    gantry.ok("start", "c")
    assert sorted(gantry.names()) == ["a", "b", "c"]
    events = gantry.ok("events", "--stream=false", "--filter=event=start",
                       "--format={{.Name}}").split()
    assert events[-3:] == ["a", "b", "c"]


def test_independent_ones_start_at_once(gantry, place):
    """left and right each wait, in a hook, for the other to have come as far; top comes last."""
    script = place / "meet"
    script.write_text(
        "#!/bin/sh\nPATH=/bin:/usr/bin\n"
        "who=$(sed 's/.*\"who\":\"\\([a-z]*\\)\".*/\\1/')\n"
        f"touch {place}/$who.came\n"
        f"while ! [ -e {place}/left.came ] || ! [ -e {place}/right.came ]; do sleep 0.05; done\n"
    )
    script.chmod(0o755)
    (place / "meet.json").write_text(json.dumps({
        "version": "1.0.0", "hook": {"path": str(script), "timeout": 80},
        "when": {"annotations": {"^who$": "."}}, "stages": ["precreate"],
    }))
    create = ("create", "--network=none")
    words = (gantry.image, "sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait")
    gantry.ok(*create, "--name=base", *words)
    for who in ("left", "right"):
        gantry.ok(*create, f"--name={who}", "--requires=base", f"--annotation=who={who}", *words)
    gantry.ok(*create, "--name=top", "--requires=left,right", *words)
    gantry.ok(f"--hooks-dir={place}", "start", "top")
    events = gantry.ok("events", "--stream=false", "--filter=event=start",
                       "--format={{.Name}}").split()[-4:]
    assert events[0] == "base" and events[3] == "top"
    assert sorted(events[1:3]) == ["left", "right"]


def test_init_refuses_and_names(gantry):
    gantry.ok("create", "--network=none", "--name=needed", gantry.image, "sleep", "1000")
    gantry.ok("create", "--network=none", "--name=box", "--requires=needed", gantry.image, "true")
    gantry.fails("init", "box", says="dependencies of container box are not started: needed")
    gantry.ok("start", "needed")
    gantry.ok("init", "box")


def test_what_failed_below_is_named(gantry_once):
    gantry = gantry_once
    gantry.ok("create", "--network=none", "--name=base", gantry.image, "none-such")
    gantry.ok("create", "--network=none", "--name=mid", "--requires=base", gantry.image, "true")
    gantry.ok("create", "--network=none", "--name=top", "--requires=mid", gantry.image, "true")
    gantry.fails("start", "top", code=None, says="start container base, which mid depends on")
    assert gantry.names() == []


def test_one_that_does_not_start_is_named(gantry_once):
    gantry = gantry_once
    gantry.ok("create", "--network=none", "--name=a", gantry.image, "none-such")
    gantry.ok("create", "--network=none", "--name=b", "--requires=a", gantry.image, "true")
    gantry.fails("start", "b", code=None, says="depends on")
    assert gantry.names() == []


def test_rm_refuses_and_names(gantry_once):
    gantry = gantry_once
    _, b, _ = chain(gantry)
    gantry.fails("rm", "a", code=None, says=f"dependent containers.*{b[:12]}")
    gantry.fails("rm", "-f", "a", code=None, says="dependent containers")
    gantry.ok("rm", "c")
    gantry.ok("rm", "b")
    gantry.ok("rm", "a")


def test_rm_depend(gantry):
    a, b, c = chain(gantry)
    gantry.ok("start", "c")
    assert gantry.ok("rm", "-f", "-t", "0", "--depend", "a").split() == [c, b, a]
    assert gantry.names("-a") == []


def test_rm_all(gantry_once):
    chain(gantry_once)
    gantry_once.ok("rm", "-a")
    assert gantry_once.names("-a") == []


def test_unknown_and_itself(gantry_once):
    gantry = gantry_once
    gantry.fails("create", "--requires=none-such", gantry.image, "true", says="no such container")
    gantry.fails("create", "--name=me", "--requires=me", gantry.image, "true",
                 says="no such container")


def test_shared_namespace(gantry):
    gantry.start(name="first")
    second = gantry.ok("run", "-d", "--pid=container:first", "--network=none", "--name=second",
                       gantry.image, "sleep", "1000")
    assert gantry.inspect("second")["Dependencies"] == [gantry.inspect("first")["Id"]]
    gantry.fails("rm", "-f", "first", code=None, says=second[:12])
    gantry.ok("rm", "-f", "-t", "0", "second")
