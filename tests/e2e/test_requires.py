# SPDX-License-Identifier: Apache-2.0
"""Dependencies: --requires, namespaces of another container, rm --depend."""


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
