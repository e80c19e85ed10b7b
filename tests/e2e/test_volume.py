# SPDX-License-Identifier: Apache-2.0
"""Volumes, named and anonymous, and the volume verbs."""

import json
import pathlib

import pytest
from support.gantry import PATIENCE, until
from support.mounts import is_mounted


@pytest.fixture
def shared(place):
    folder = place / "shared"
    folder.mkdir()
    (folder / "file").write_text("from the host\n")
    return folder


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

    def test_copied_once_by_many(self, gantry):
        """Of those that start at the same time one fills it, and the others find it whole."""
        script = "cat /seed/one /seed/deep/two | tr '\\n' ' '"
        runs = [gantry.spawn("run", "--rm", "--network=none", "-v", "fresh:/seed", gantry.image,
                             "sh", "-c", script) for _ in range(4)]
        assert [run.communicate(timeout=PATIENCE)[0] for run in runs] == [b"first second "] * 4

    def test_belongs_to_who_uses_it_first(self, gantry):
        gantry.run_ok("-v", "mine:/data", "-u", "1000:50", gantry.image, "touch", "/data/x")
        gantry.run_ok("-v", "mine:/data", gantry.image, "true")
        assert gantry.run_ok("-v", "mine:/data", gantry.image, "stat", "-c", "%u %g", "/data") == "1000 50"

    def test_a_link_out_of_the_image_is_not_followed(self, gantry_once):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image,
                       "ln", "-s", "/../../../etc", "/tricky")
        gantry_once.ok("commit", "-q", "box", "localhost/tricky")
        try:
            out = gantry_once.run_ok("-v", "caught:/tricky", "localhost/tricky", "ls", "/tricky")
            assert "passwd" in out and "shadow" not in out
            data = gantry_once.engine.root / "volumes/caught/_data/passwd"
            assert data.read_text() != pathlib.Path("/etc/passwd").read_text()
        finally:
            gantry_once.ok("rm", "box")
            gantry_once.ok("rmi", "localhost/tricky")

    def test_part_of_it(self, gantry):
        gantry.run_ok("-v", "store:/data", gantry.image, "sh", "-c",
                      "mkdir -p /data/a/b; echo x > /data/a/b/c; ln -s / /data/a/out")
        mount = "--mount=type=volume,source=store,target=/in,volume-subpath="
        assert gantry.run_ok(f"{mount}a/b", gantry.image, "cat", "/in/c") == "x"
        # The link leads to the top of the volume, not of the host.
        assert gantry.run_ok(f"{mount}a/out", gantry.image, "ls", "/in") == "a"
        gantry.fails("run", "--rm", "--network=none", f"{mount}none", gantry.image, "true",
                     code=None, says="no such file")

    def test_options_by_mount(self, gantry_once):
        mount = "--mount=type=volume,source=store,target=/data"
        gantry_once.run_ok(mount, gantry_once.image, "touch", "/data/x")
        assert gantry_once.run(f"{mount},readonly", gantry_once.image, "touch", "/data/y").code == 1
        assert gantry_once.run_ok("--mount=type=volume,source=bare,target=/seed,volume-nocopy",
                                  gantry_once.image, "ls", "/seed") == ""

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


    def test_brings_no_rights(self, gantry):
        """Whoever else has a volume cannot leave a set-user-id program or a device in it."""
        for options, expected in (("", {"nosuid", "nodev"}), (":suid,dev", set())):
            out = gantry.run_ok("-v", f"plain:/data{options}", gantry.image, "grep", " /data ", "/proc/mounts")
            assert {"nosuid", "nodev"} & set(out.split()[3].split(",")) == expected


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

    def test_volumes_from_with_options(self, gantry_once):
        gantry_once.start("-v", "store:/data", name="owner")
        gantry_once.run_ok("--volumes-from=owner", gantry_once.image, "touch", "/data/x")
        assert gantry_once.run("--volumes-from=owner:ro,z", gantry_once.image, "touch", "/data/y").code == 1
        gantry_once.fails("create", "--volumes-from=owner:U", gantry_once.image, "true",
                          says="only 'ro', 'rw' and 'z' are allowed")

    def test_volumes_from(self, gantry):
        gantry.start("-v", "/data", name="owner")
        gantry.ok("exec", "owner", "sh", "-c", "echo mine > /data/x")
        assert gantry.run_ok("--volumes-from=owner", gantry.image, "cat", "/data/x") == "mine"
        assert len(gantry.ok("volume", "ls", "-q").split()) == 1


class TestDriverLocal:
    def test_mounted_for_as_long_as_somebody_uses_it(self, gantry):
        gantry.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs",
                  "-o", "o=size=2m,nodev,uid=1000", "quick")
        point = gantry.engine.root / "volumes/quick/_data"
        gantry.start("-v", "quick:/data", name="one")
        gantry.start("-v", "quick:/data", name="two")
        out = gantry.ok("exec", "one", "sh", "-c", "echo hi > /data/x; df -k /data | tail -1; stat -c %u /data")
        assert out.split()[1] == "2048" and out.split()[-1] == "1000"
        assert gantry.ok("exec", "two", "cat", "/data/x") == "hi"
        gantry.ok("stop", "one")
        assert is_mounted(point)
        gantry.ok("stop", "two")
        assert not is_mounted(point)

    def test_a_folder_of_the_host(self, gantry_once, shared):
        gantry_once.ok("volume", "create", "-o", "type=none", "-o", f"device={shared}", "-o", "o=bind", "host")
        assert gantry_once.run_ok("-v", "host:/data", gantry_once.image, "cat", "/data/file") == "from the host"
        gantry_once.ok("volume", "rm", "host")
        assert (shared / "file").exists()

    def test_killed_user(self, gantry_once):
        gantry_once.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "quick")
        gantry_once.start("-v", "quick:/data", name="one")
        gantry_once.ok("kill", "one")
        point = gantry_once.engine.root / "volumes/quick/_data"
        until(lambda: not is_mounted(point), "the volume is unmounted")

    def test_owner(self, gantry_once):
        gantry_once.ok("volume", "create", "-o", "o=uid=7,gid=8", "owned")
        assert gantry_once.run_ok("-v", "owned:/seed", gantry_once.image, "stat", "-c", "%u %g", "/seed") == "7 8"

    def test_never_filled(self, gantry_once):
        gantry_once.ok("volume", "create", "-o", "nocopy", "bare")
        assert gantry_once.run_ok("-v", "bare:/seed", gantry_once.image, "ls", "/seed") == ""

    @pytest.mark.parametrize("option, says", [
        ("colour=red", "invalid mount option colour"), ("o=noexec", "needs type or device"),
        ("o=uid=bob", "not an id"), ("o=size=1m", "quota"),
    ])
    def test_refused(self, gantry_once, option, says):
        gantry_once.fails("volume", "create", "-o", option, "bad", says=says)
        assert gantry_once("volume", "exists", "bad").code == 1

    def test_a_device_that_is_none(self, gantry_once):
        gantry_once.ok("volume", "create", "-o", "type=ext4", "-o", "device=/dev/nosuch", "lost")
        gantry_once.fails("run", "--rm", "--network=none", "-v", "lost:/data", gantry_once.image, "true",
                          code=None, says="mounting volume lost")


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

    def test_filters_are_read_when_there_is_no_volume(self, gantry_once):
        for verb in (("ls",), ("prune", "-f")):
            for one in ("dangling=bogus", "dangling="):
                gantry_once.fails("volume", *verb, f"--filter={one}", says="must be true or false")
            gantry_once.fails("volume", *verb, "--filter=until=bogus", says="failed to parse value as time")
            gantry_once.fails("volume", *verb, "--filter=name", says="in the form of filter=value")
        gantry_once.fails("volume", "ls", "-q", "--format=json", says="cannot be used together")

    def test_prune(self, gantry_once):
        gantry_once.ok("volume", "create", "idle")
        gantry_once.start("-v", "busy:/data", name="user")
        assert gantry_once.ok("volume", "prune", "-f") == "idle"
        assert gantry_once.ok("volume", "ls", "-q") == "busy"

    def test_prune_filters(self, gantry_once):
        for name in ("red", "blue", "plain"):
            gantry_once.ok("volume", "create", "-l", f"is={name}", name)
        assert gantry_once.ok("volume", "prune", "-f", "--filter=until=1h") == ""
        assert gantry_once.ok("volume", "prune", "-f", "--filter=label=is=red") == "red"
        assert gantry_once.ok("volume", "prune", "-f", "--filter=label!=is=plain") == "blue"
        assert gantry_once.ok("volume", "prune", "-f", "--filter=until=0s") == "plain"

    def test_in_use_by_whom(self, gantry_once):
        identity = gantry_once.ok("create", "-v", "store:/data", "--name=user", gantry_once.image, "true")
        gantry_once.fails("volume", "rm", "store", code=2, says=f"being used.*{identity}")
        gantry_once.fails("volume", "rm", "store", "nosuch", code=2, says="no such volume")

    def test_refused(self, gantry_once):
        gantry_once.fails("volume", "create", "-bad", code=None)
        gantry_once.fails("volume", "create", "bad/name", says="names must match")
        gantry_once.fails("volume", "create", "-d", "nosuch", "x", says="nosuch")
        gantry_once.fails("volume", "rm", "nosuch", code=None, says="no such volume")
        gantry_once.fails("volume", "inspect", "nosuch", says="no such volume")
        gantry_once.fails("volume", "rm", says="one or more volumes")
        gantry_once.fails("volume", "nosuch", says="unrecognized command")
