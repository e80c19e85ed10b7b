# SPDX-License-Identifier: Apache-2.0
"""volume verbs, and every kind of mount."""

import json

import pytest


@pytest.fixture
def shared(place):
    folder = place / "shared"
    folder.mkdir()
    (folder / "file").write_text("from the host\n")
    return folder


class TestBind:
    def test_both_ways(self, gantry, shared):
        out = gantry.run_ok("-v", f"{shared}:/in", gantry.image, "sh", "-c", "cat /in/file; echo back > /in/new")
        assert out == "from the host"
        assert (shared / "new").read_text() == "back\n"

    def test_read_only(self, gantry, shared):
        assert gantry.run("-v", f"{shared}:/in:ro", gantry.image, "touch", "/in/x").code == 1

    def test_a_file(self, gantry, shared):
        assert gantry.run_ok("-v", f"{shared}/file:/etc/motd", gantry.image, "cat", "/etc/motd") == "from the host"

    def test_by_mount(self, gantry, shared):
        mount = f"--mount=type=bind,source={shared},target=/in,ro=true"
        assert gantry.run_ok(mount, gantry.image, "cat", "/in/file") == "from the host"
        assert gantry.run(mount, gantry.image, "touch", "/in/x").code == 1

    def test_missing_source(self, gantry_once, place):
        gantry_once.fails("run", "--rm", "-v", f"{place}/nosuch:/in", gantry_once.image, says="no such file")

    def test_target_under_a_link(self, gantry, shared, place):
        # /outside of the image would lead to the host; the mount must stay in the container.
        (place / "target").mkdir()
        gantry.run_ok("-v", f"{shared}:/var/run/../in", gantry.image, "true")
        assert not list((place / "target").iterdir())


class TestTmpfs:
    def test_size_and_options(self, gantry):
        out = gantry.run_ok("--tmpfs=/scratch:size=2m,mode=0700", gantry.image, "sh", "-c",
                            "df -k /scratch | tail -1; stat -c %a /scratch")
        assert out.split()[1] == "2048" and out.split()[-1] == "700"

    def test_by_mount(self, gantry):
        out = gantry.run_ok("--mount=type=tmpfs,target=/scratch,tmpfs-size=1m", gantry.image, "df", "-k", "/scratch")
        assert "1024" in out


class TestNamed:
    def test_lives_on(self, gantry):
        gantry.run_ok("-v", "store:/data", gantry.image, "sh", "-c", "echo kept > /data/file")
        assert gantry.run_ok("-v", "store:/data", gantry.image, "cat", "/data/file") == "kept"
        assert gantry.ok("volume", "ls", "-q") == "store"

    def test_copy_up(self, gantry):
        script = "cat /seed/one /seed/deep/two; stat -c %u /seed /seed/mine"
        assert gantry.run_ok("-v", "filled:/seed", gantry.image, "sh", "-c", script).split() == [
            "first", "second", "1000", "1000",
        ]
        gantry.run_ok("-v", "filled:/seed", gantry.image, "rm", "/seed/one")
        # Once only: what was removed does not come back.
        assert gantry.run("-v", "filled:/seed", gantry.image, "test", "-e", "/seed/one").code == 1

    def test_no_copy(self, gantry_once):
        assert gantry_once.run_ok("-v", "bare:/seed:nocopy", gantry_once.image, "ls", "/seed") == ""

    def test_in_use(self, gantry_once):
        gantry_once.start("-v", "store:/data", name="user")
        gantry_once.fails("volume", "rm", "store", code=None, says="in use|being used")
        gantry_once.ok("volume", "rm", "-f", "-t", "0", "store")
        assert gantry_once("container", "exists", "user").code == 1

    def test_shared_by_two(self, gantry):
        gantry.start("-v", "store:/data", name="one")
        gantry.start("-v", "store:/data", name="two")
        gantry.ok("exec", "one", "sh", "-c", "echo hi > /data/x")
        assert gantry.ok("exec", "two", "cat", "/data/x") == "hi"


class TestAnonymous:
    def test_goes_with_rm(self, gantry):
        gantry.run_ok("-v", "/data", gantry.image, "touch", "/data/x")
        assert gantry.ok("volume", "ls", "-q") == ""

    def test_of_the_image(self, gantry):
        out = gantry.run_ok("--entrypoint=/bin/sh", "localhost/configured:1", "-c", "mount | grep ' /seed '; cat /seed/one")
        assert out.splitlines()[-1] == "first"

    def test_image_volume_modes(self, gantry_once):
        script = "touch /seed/x 2>/dev/null; ls /seed | head -1; mount | grep -c ' /seed '; true"

        def seen(mode):
            return gantry_once.run_ok(f"--image-volume={mode}", "-u0", "--entrypoint=/bin/sh",
                                      "localhost/configured:1", "-c", script).splitlines()[-1]

        assert seen("ignore") == "0"
        assert seen("tmpfs") == "1"

    def test_volumes_from(self, gantry):
        gantry.start("-v", "/data", name="owner")
        gantry.ok("exec", "owner", "sh", "-c", "echo mine > /data/x")
        assert gantry.run_ok("--volumes-from=owner", gantry.image, "cat", "/data/x") == "mine"
        assert len(gantry.ok("volume", "ls", "-q").split()) == 1


class TestVerbs:
    def test_create_inspect_rm(self, gantry_once):
        assert gantry_once.ok("volume", "create", "-l", "a=1", "vol") == "vol"
        gantry_once.fails("volume", "create", "vol", says="already exists")
        gantry_once.ok("volume", "create", "--ignore", "vol")
        seen = json.loads(gantry_once.ok("volume", "inspect", "vol"))[0]
        assert seen["Name"] == "vol" and seen["Driver"] == "local" and seen["Labels"] == {"a": "1"}
        assert seen["Mountpoint"].endswith("/volumes/vol/_data")
        assert gantry_once("volume", "exists", "vol").code == 0
        assert gantry_once.ok("volume", "rm", "vol") == "vol"
        assert gantry_once("volume", "exists", "vol").code == 1

    def test_unnamed(self, gantry_once):
        name = gantry_once.ok("volume", "create")
        assert len(name) == 64
        gantry_once.ok("volume", "rm", name)

    def test_ls(self, gantry_once):
        for name in ("one", "two"):
            gantry_once.ok("volume", "create", "-l", f"is={name}", name)
        assert gantry_once.ok("volume", "ls", "-q").split() == ["one", "two"]
        assert gantry_once.ok("volume", "ls", "-q", "--filter=label=is=two") == "two"
        assert gantry_once.ok("volume", "ls", "-q", "--filter=name=on") == "one"
        assert gantry_once.ok("volume", "ls", "--noheading", "--format={{.Driver}} {{.Name}}").splitlines() == [
            "local one", "local two",
        ]
        assert len(json.loads(gantry_once.ok("volume", "ls", "--format=json"))) == 2
        gantry_once.fails("volume", "ls", "--filter=nosuch=1", says="nosuch")
        gantry_once.fails("volume", "ls", "--format={{.Nosuch}}", says="Nosuch")

    def test_prune(self, gantry_once):
        gantry_once.ok("volume", "create", "idle")
        gantry_once.start("-v", "busy:/data", name="user")
        assert gantry_once.ok("volume", "prune", "-f") == "idle"
        assert gantry_once.ok("volume", "ls", "-q") == "busy"

    def test_refused(self, gantry_once):
        gantry_once.fails("volume", "create", "-bad", code=None)
        gantry_once.fails("volume", "create", "bad/name", says="names must match")
        gantry_once.fails("volume", "create", "-d", "nosuch", "x", says="nosuch")
        gantry_once.fails("volume", "rm", "nosuch", code=None, says="no such volume")
        gantry_once.fails("volume", "inspect", "nosuch", says="no such volume")
        gantry_once.fails("volume", "rm", says="one or more volumes")
        gantry_once.fails("volume", "nosuch", says="unrecognized command")


class TestBadInput:
    @pytest.mark.parametrize(
        "words, says",
        [
            (["-v", "vol:relative"], "absolute path"),
            (["-v", "vol:/x:nosuchoption"], "nosuchoption"),
            (["-v", "/tmp:/x", "-v", "/var:/x"], "duplicate mount destination"),
            (["--mount=type=nosuch,target=/x"], "invalid filesystem type"),
            (["--mount=type=bind,target=/x"], "source"),
            (["--mount=type=tmpfs"], "destination"),
            (["--tmpfs=relative"], "absolute path"),
            (["--volumes-from=nosuch"], "nosuch"),
            (["-v", "bad/name:/x"], "names must match"),
            (["-v", "/tmp:/"], "nothing can be mounted over|invalid container path"),
        ],
    )
    def test_refused(self, gantry_once, words, says):
        gantry_once.fails("run", "--rm", "--network=none", *words, gantry_once.image, "true", says=says)
