# SPDX-License-Identifier: Apache-2.0
"""--userns=auto: ids that no other container has."""

import os

import pytest
from support.gantry import PATIENCE, until
from support.ids import FIRST, granting, mapping, taken


@pytest.fixture(autouse=True)
def open_folder(folder):
    """The containers' root passes through on the way to its root filesystem."""
    os.chmod(folder, 0o711)


@pytest.fixture
def granted(engine, place):
    with granting(engine, place):
        yield place


class TestAuto:
    def test_takes_a_range_of_its_own(self, gantry, granted):
        names = [f"auto{number}" for number in range(3)]
        for name in names:
            gantry.start("--userns=auto", name=name)
        ids = [taken(gantry, name) for name in names]
        assert [len(one) for one in ids] == [1024] * 3
        assert not ids[0] & ids[1] and not ids[1] & ids[2] and not ids[0] & ids[2]
        assert set().union(*ids) == set(range(FIRST, FIRST + 3 * 1024))
        assert gantry.ok("exec", names[1], "cat", "/proc/self/uid_map").split() == ["0", str(min(ids[1])), "1024"]
        assert gantry.inspect(names[0])["HostConfig"]["UsernsMode"] == "private"

    def test_by_default(self, gantry_once, granted):
        """As the configuration says of containers that ask for none."""
        auto = {"env": {"GANTRY_DEFAULT_USERNS": "auto:size=2000"}}
        gantry_once.ok("create", "--name=asks", "--userns=host", gantry_once.image, **auto)
        gantry_once.ok("create", "--name=maps", f"--uidmap=0:{FIRST}:10", gantry_once.image, **auto)
        gantry_once.ok("create", "--name=none", gantry_once.image, **auto)
        assert gantry_once.ok("inspect", "-f", "{{.HostConfig.UsernsMode}}", "asks") == ""
        assert len(taken(gantry_once, "maps")) == 10
        assert len(taken(gantry_once, "none")) == 2000
        gantry_once.ok("rm", "-a")
        gantry_once.fails("create", gantry_once.image, env={"GANTRY_DEFAULT_USERNS": "nonsense"},
                          says="--default-userns is one of")

    def test_is_free_again_with_the_record(self, gantry_once, granted):
        for number in range(3):
            gantry_once.ok("create", f"--name=auto{number}", "--userns=auto", gantry_once.image)
        before = mapping(gantry_once, "auto1")
        gantry_once.ok("rm", "auto1")
        gantry_once.ok("create", "--name=next", "--userns=auto", gantry_once.image)
        assert mapping(gantry_once, "next") == before

    def test_keeps_clear_of_other_mappings(self, gantry_once, granted):
        gantry_once.ok("create", "--name=fixed", f"--uidmap=0:{FIRST}:10", gantry_once.image)
        gantry_once.ok("create", "--name=auto", "--userns=auto:size=5", gantry_once.image)
        assert mapping(gantry_once, "auto") == [(0, FIRST + 10, 5)]

    def test_options(self, gantry, granted):
        words = "--userns=auto:size=2000,uidmapping=1000:7:1,gidmapping=0:9:2"
        gantry.start(words, name="box")
        assert mapping(gantry, "box") == [(0, FIRST, 1000), (1001, FIRST + 1000, 999), (1000, 7, 1)]
        assert mapping(gantry, "box", "GidMap") == [(2, FIRST, 1998), (0, 9, 2)]
        assert gantry.ok("exec", "-u", "1000", "box", "id", "-u") == "1000"

    def test_fits_the_image_and_the_user(self, gantry_once, granted):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, "sh", "-c", "touch /f; chown 0:5000 /f")
        gantry_once.ok("commit", "-q", "box", "large")
        try:
            gantry_once.ok("create", "--name=one", "--userns=auto", "localhost/large")
            assert mapping(gantry_once, "one") == [(0, FIRST, 5001)]
        finally:
            gantry_once("rm", "-f", "one")
            gantry_once("rmi", "-f", "localhost/large")
        gantry_once.ok("create", "--name=two", "--userns=auto", "-u", "3000:4000", gantry_once.image)
        assert len(taken(gantry_once, "two")) == 4001
        gantry_once.fails("create", "--userns=auto", "-u", "70000", gantry_once.image, says="auto:size=70001")

    def test_eight_at_once(self, gantry, granted):
        words = ("create", "--network=none", "--userns=auto:size=1000")
        calls = [gantry.spawn(*words, f"--name=auto{number}", gantry.image) for number in range(8)]
        for call in calls:
            out, err = call.communicate(timeout=PATIENCE)
            assert call.returncode == 0, err
        ids = [taken(gantry, f"auto{number}") for number in range(8)]
        assert len(set().union(*ids)) == sum(len(one) for one in ids) == 8000

    def test_exhausted(self, gantry_once, engine, place):
        with granting(engine, place, count=1500):
            gantry_once.ok("create", "--name=one", "--userns=auto", gantry_once.image)
            gantry_once.fails("create", "--name=two", "--userns=auto", gantry_once.image,
                              says="not find enough available IDs.* needs 1024, and .*containers in .*subuid 476 are free")
            assert gantry_once.names("-a") == ["one"]
            gantry_once.ok("create", "--name=two", "--userns=auto:size=476", gantry_once.image)

    def test_nobody_granted_any(self, gantry_once, engine, place):
        with granting(engine, place, user="someone"):
            gantry_once.fails("create", "--userns=auto", gantry_once.image,
                              says='no subuid ranges found for user "containers" in .*subuid: add a line')
            env = {"GANTRY_AUTO_USERNS_USER": "someone"}
            gantry_once.ok("run", "--rm", "--network=none", "--userns=auto", gantry_once.image, "true", env=env)
            gantry_once.ok("run", "-d", "--rm", "--network=none", "--userns=auto", gantry_once.image, "true", env=env)
            until(lambda: not gantry_once.names("-a"), "the monitor's removal of its container")
