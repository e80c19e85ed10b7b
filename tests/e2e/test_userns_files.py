# SPDX-License-Identifier: Apache-2.0
"""Who owns what, inside a user namespace and outside: volumes, cp, commit, export."""

import io
import json
import os
import pathlib
import secrets
import tarfile

import pytest
from support.gantry import PATIENT, Engine, Gantry
from support.ids import MAPPED, owner, root_of
from support.leaks import leave_host_as_found


@pytest.fixture(autouse=True)
def open_folder(folder):
    """The containers' root passes through on the way to its root filesystem."""
    os.chmod(folder, 0o711)


class TestFiles:
    def test_new_volume_is_the_containers(self, gantry):
        gantry.run_ok(*MAPPED, "-v", "store:/data", gantry.image, "sh", "-c", "touch /data/file; stat -c %u /data")
        path = pathlib.Path(json.loads(gantry.ok("volume", "inspect", "store"))[0]["Mountpoint"])
        assert owner(path) == owner(path / "file") == (100000, 100000)

    def test_copy_up(self, gantry):
        out = gantry.run_ok(*MAPPED, "-v", "filled:/seed", gantry.image, "stat", "-c", "%u:%g", "/seed", "/seed/one", "/seed/mine")
        assert out.split() == ["1000:1000", "0:0", "1000:1000"]
        path = pathlib.Path(json.loads(gantry.ok("volume", "inspect", "filled"))[0]["Mountpoint"])
        assert owner(path / "mine") == (101000, 101000) and owner(path / "one") == (100000, 100000)

    def test_nocopy(self, gantry_once):
        gantry_once.run_ok(*MAPPED, "-v", "bare:/seed:nocopy", gantry_once.image, "touch", "/seed/new")

    def test_image_volume(self, gantry):
        out = gantry.run_ok(*MAPPED, "--mount", f"type=image,source={gantry.image},target=/other", gantry.image,
                            "stat", "-c", "%u", "/other/etc/passwd", "/other/seed/mine")
        assert out.split() == ["0", "1000"]

    def test_bind(self, gantry, place):
        place.chmod(0o755)
        (place / "theirs").write_text("text\n")
        (place / "hosts").write_text("text\n")
        os.chown(place / "theirs", 101000, 100050)
        out = gantry.run_ok(*MAPPED, "-v", f"{place}:/in", gantry.image, "stat", "-c", "%u:%g", "/in/theirs", "/in/hosts")
        assert out.split() == ["1000:50", "65534:65534"]

    @pytest.mark.parametrize("running", [True, False], ids=["running", "idle"])
    def test_cp(self, gantry, place, running):
        if running:
            gantry.start(*MAPPED, name="box")
        else:
            gantry.ok("create", "--name=box", "--network=none", *MAPPED, "-v", "store:/vol", gantry.image, *PATIENT)
        (place / "file").write_text("of the host\n")
        os.chown(place / "file", 1000, 50)
        gantry.ok("cp", place / "file", "box:/tmp/first")
        gantry.ok("cp", "-a=false", place / "file", "box:/tmp/second")
        gantry.ok("cp", "box:/seed/mine", place / "back")
        assert owner(place / "back") == (0, 0) and (place / "back").read_text() == "of alice\n"
        raw = gantry("cp", "box:/seed/mine", "-").raw_out
        entry = tarfile.open(fileobj=io.BytesIO(raw)).getmembers()[0]
        assert (entry.uid, entry.gid) == (1000, 1000)
        gantry.ok("cp", "-a=false", "-", "box:/tmp", input=raw)
        if not running:
            gantry.ok("cp", place / "file", "box:/vol/first")
            gantry.ok("start", "box")
            assert gantry.ok("exec", "box", "stat", "-c", "%u", "/vol", "/vol/first").split() == ["0", "0"]
        out = gantry.ok("exec", "box", "stat", "-c", "%u:%g", "/tmp/first", "/tmp/second", "/tmp/mine")
        assert out.split() == ["0:0", "1000:50", "1000:1000"]

    def test_cp_of_who_is_not_mapped(self, gantry_once, place):
        gantry_once.ok("create", "--name=box", "--uidmap=0:100000:10", gantry_once.image)
        (place / "file").write_text("")
        os.chown(place / "file", 500, 0)
        gantry_once.fails("cp", "-a=false", place / "file", "box:/", says="file belongs to 500:0, whom the user namespace")

    def test_cp_between_containers(self, gantry_once):
        gantry_once.ok("create", "--name=one", "--network=none", *MAPPED, gantry_once.image)
        gantry_once.ok("create", "--name=two", "--network=none", "--uidmap=0:300000:65536", gantry_once.image)
        gantry_once.ok("cp", "-a=false", "one:/seed/mine", "two:/copied")
        listing = gantry_once("export", "two").raw_out
        entry = tarfile.open(fileobj=io.BytesIO(listing)).getmember("copied")
        assert (entry.uid, entry.gid) == (1000, 1000)

    def test_commit_export_diff(self, gantry):
        script = "echo made > /new; chown 1000:50 /new; rm /seed/one; chmod 4755 /bin/busybox"
        gantry.ok("run", "--name=box", "--network=none", *MAPPED, gantry.image, "sh", "-c", script)
        changes = gantry.ok("diff", "box").splitlines()
        assert {"A /new", "D /seed/one", "C /bin/busybox"} <= set(changes)
        assert not [line for line in changes if "passwd" in line]
        archive = tarfile.open(fileobj=io.BytesIO(gantry("export", "box").raw_out))
        assert {archive.getmember(name).uid for name in ("etc/passwd", "bin/busybox")} == {0}
        assert (archive.getmember("new").uid, archive.getmember("new").gid) == (1000, 50)
        try:
            gantry.ok("commit", "-q", "box", "made")
            script = "stat -c %u:%g /new /etc/passwd /seed /bin; stat -c '%u %a' /bin/busybox; ls /seed"
            expected = ["1000:50", "0:0", "1000:1000", "0:0", "0", "4755", "deep", "mine"]
            for words in ((), MAPPED, ("--uidmap=0:300000:65536",)):
                assert gantry.run_ok(*words, "localhost/made", "sh", "-c", script).split() == expected
        finally:
            gantry("rmi", "-f", "localhost/made")

    def test_mount(self, gantry_once):
        gantry_once.ok("create", "--name=box", "--network=none", *MAPPED, gantry_once.image)
        path = pathlib.Path(gantry_once.ok("mount", "box"))
        assert owner(path / "seed/mine") == (101000, 101000)
        gantry_once.ok("unmount", "box")


class TestWithoutIdmappedMounts:
    """Where the kernel cannot map owners, a container's files change hands once."""

    @pytest.fixture
    def shifting(self, gantry, archive, folder):
        other = Engine(gantry.engine.binary, folder / "shifting", "e2e" + secrets.token_hex(3))
        with other.configuration.open("a") as text:
            text.write("[plugin.storage-overlay]\nid-mapping=shift\n")
        shifting = Gantry(other, gantry.runtime, gantry.image)
        try:
            shifting.ok("load", "-q", "-i", archive)
            yield shifting
        finally:
            shifting.close()
            leave_host_as_found(other)

    def test_owners_commit_and_diff(self, shifting):
        shifting.start(*MAPPED, name="box")
        out = shifting.ok("exec", "box", "stat", "-c", "%u:%g", "/", "/etc/passwd", "/seed/mine")
        assert out.split() == ["0:0", "0:0", "1000:1000"]
        assert owner(root_of(shifting, "box") / "seed/mine") == (101000, 101000)
        shifting.ok("exec", "box", "sh", "-c", "echo made > /new; chown 1000 /new; rm /seed/one; echo x >> /etc/group")
        assert set(shifting.ok("diff", "box").splitlines()) == {
            "A /new", "C /etc", "C /etc/group", "C /seed", "D /seed/one",
        }
        shifting.ok("commit", "-q", "box", "made")
        out = shifting.run_ok("localhost/made", "stat", "-c", "%u", "/new", "/etc/passwd", "/seed/mine")
        assert out.split() == ["1000", "0", "1000"]
        layers = json.loads(shifting.ok("inspect", "--type=image", "localhost/made"))[0]["RootFS"]["Layers"]
        assert len(layers) == 2
        archive = tarfile.open(fileobj=io.BytesIO(shifting("save", "--format=oci-archive", "localhost/made").raw_out))
        sizes = sorted(member.size for member in archive.getmembers() if "blobs" in member.name)
        assert sizes[-2] < 100_000, "the new layer holds no more than what changed"
