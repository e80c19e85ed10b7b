# SPDX-License-Identifier: Apache-2.0
"""cp: files into containers, out of them, and between them."""

import io
import os
import resource
import tarfile

import pytest
from support.gantry import PATIENCE


@pytest.fixture(params=["running", "stopped"])
def box(request, gantry_once):
    """A container named box, running or not."""
    if request.param == "running":
        gantry_once.start(name="box")
    else:
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
    return gantry_once


def content(gantry, path):
    """What the container has at a path, read through cp itself."""
    raw = gantry("cp", f"box:{path}", "-").raw_out
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        return {m.name: tar.extractfile(m).read().decode() for m in tar.getmembers() if m.isfile()}


@pytest.fixture
def tree(place):
    (place / "tree/sub").mkdir(parents=True)
    (place / "tree/file").write_text("one\n")
    (place / "tree/sub/file").write_text("two\n")
    return place / "tree"


class TestIn:
    def test_file_to_folder(self, box, tree):
        box.ok("cp", tree / "file", "box:/tmp")
        assert content(box, "/tmp/file") == {"file": "one\n"}

    def test_file_to_new_name(self, box, tree):
        box.ok("cp", tree / "file", "box:/tmp/other")
        assert content(box, "/tmp/other") == {"other": "one\n"}

    def test_file_over_file(self, box, tree):
        box.ok("cp", tree / "file", "box:/seed/one")
        assert content(box, "/seed/one") == {"one": "one\n"}

    def test_file_to_missing_folder(self, box, tree):
        box.fails("cp", tree / "file", "box:/nosuch/", says="could not be found")
        box.fails("cp", tree / "file", "box:/nosuch/file", says="could not be found")

    def test_folder_into_folder(self, box, tree):
        box.ok("cp", tree, "box:/tmp")
        assert content(box, "/tmp/tree") == {"tree/file": "one\n", "tree/sub/file": "two\n"}

    def test_folder_to_new_name(self, box, tree):
        box.ok("cp", tree, "box:/tmp/new")
        assert content(box, "/tmp/new") == {"new/file": "one\n", "new/sub/file": "two\n"}

    def test_content_of_folder(self, box, tree):
        box.ok("cp", f"{tree}/.", "box:/tmp")
        assert content(box, "/tmp/sub") == {"sub/file": "two\n"}

    def test_folder_over_file(self, box, tree):
        box.fails("cp", tree, "box:/seed/one", says="must be a directory")

    def test_relative_to_the_working_folder(self, gantry_once, tree):
        gantry_once.ok("create", "--name=box", "--workdir=/var", gantry_once.image, "true")
        gantry_once.ok("cp", tree / "file", "box:here")
        assert content(gantry_once, "/var/here") == {"here": "one\n"}

    def test_owner(self, gantry_once, tree):
        os.chown(tree / "file", 77, 78)
        gantry_once.ok("create", "--name=box", "--user=alice", gantry_once.image, "true")
        gantry_once.ok("cp", tree / "file", "box:/tmp/mine")
        gantry_once.ok("cp", "--archive=false", tree / "file", "box:/tmp/theirs")
        raw = gantry_once("cp", "box:/tmp/.", "-").raw_out
        with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
            assert tar.getmember("mine").uid == 1000
            assert (tar.getmember("theirs").uid, tar.getmember("theirs").gid) == (77, 78)

    def test_from_a_stream(self, box, tree):
        memory = io.BytesIO()
        with tarfile.open(fileobj=memory, mode="w") as tar:
            tar.add(tree, arcname="tree")
        box.ok("cp", "-", "box:/tmp", input=memory.getvalue())
        assert content(box, "/tmp/tree/sub") == {"sub/file": "two\n"}
        box.fails("cp", "-", "box:/seed/one", input=memory.getvalue(), says="must be a directory")

    @pytest.mark.parametrize("typed", [b"", b"no archive"])
    def test_a_stream_that_is_no_archive(self, box, typed):
        box.fails("cp", "-", "box:/tmp", input=typed,
                  says=r"source must be a \(compressed\) tar archive when copying from stdin")

    @pytest.mark.parametrize("made", ["mkfifo /etc/passwd", "mkdir /etc/passwd", "ln -s /dev/zero /etc/passwd"])
    def test_a_passwd_that_is_no_file_is_not_opened(self, gantry_once, tree, made):
        """The container chooses what lies there: a fifo would block, a device has no end."""
        gantry_once.start(name="box")
        gantry_once.ok("exec", "box", "sh", "-c", f"rm /etc/passwd; {made}")
        gantry_once.ok("cp", tree / "file", "box:/tmp/file")
        assert content(gantry_once, "/tmp/file") == {"file": "one\n"}


class TestOut:
    def test_file_and_folder(self, box, place):
        box.ok("cp", "box:/seed/one", place)
        assert (place / "one").read_text() == "first\n"
        box.ok("cp", "box:/seed/one", place / "renamed")
        assert (place / "renamed").read_text() == "first\n"
        box.ok("cp", "box:/seed", place / "new")
        assert (place / "new/deep/two").read_text() == "second\n"
        assert os.stat(place / "new/mine").st_uid == os.geteuid()

    def test_brings_no_rights_to_the_host(self, gantry_once, place):
        gantry_once.ok("run", "--name=box", "--network=none", "--cap-add=mknod", gantry_once.image, "sh", "-c",
                       "mkdir /d; cp /bin/busybox /d/tool; chown 1000 /d/tool; chmod 6755 /d/tool; "
                       "mknod /d/null c 1 3; ln /d/null /d/twin; mkfifo /d/pipe")
        gantry_once.ok("cp", "box:/d", place / "got")
        tool = os.stat(place / "got/tool")
        assert (tool.st_uid, tool.st_mode & 0o7777) == (os.geteuid(), 0o755)
        assert sorted(path.name for path in (place / "got").iterdir()) == ["pipe", "tool"]

    def test_a_device_by_itself_is_refused(self, gantry_once, place):
        gantry_once.ok("run", "--name=box", "--network=none", "--cap-add=mknod", gantry_once.image, "sh", "-c",
                       "mknod /null c 1 3; ln -s null /link")
        for path in ("/null", "/link"):
            gantry_once.fails("cp", f"box:{path}", place / "got", says="device: copied no items")
        assert not (place / "got").exists()
        gantry_once.ok("cp", "box:/null", "box:/other")

    def test_more_folders_than_descriptors(self, gantry_once, place):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, "sh", "-c",
                       "mkdir /d; cd /d; for i in $(seq 300); do mkdir $i; done")
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))  # noqa: E731
        copies = gantry_once.spawn("cp", "box:/d", place / "got", preexec_fn=few)
        _, err = copies.communicate(timeout=PATIENCE)
        assert copies.returncode == 0, err
        assert len(list((place / "got").iterdir())) == 300

    def test_missing(self, box, place):
        box.fails("cp", "box:/nosuch", place, says="could not be found on container box")
        box.fails("cp", "box:/seed/one", place / "no/such", says="could not be found on the host")


class TestVolumes:
    @pytest.mark.parametrize("running", [True, False])
    def test_they_are_in_their_places(self, gantry_once, tree, place, running):
        gantry_once.start("-v", "store:/data", "-v", f"{place}:/bind", name="box")
        gantry_once.ok("exec", "box", "sh", "-c", "echo inside > /data/in")
        if not running:
            gantry_once.ok("stop", "-t", "0", "box")
        gantry_once.ok("cp", tree / "file", "box:/data/out")
        assert content(gantry_once, "/data") == {"data/in": "inside\n", "data/out": "one\n"}
        gantry_once.ok("cp", tree / "file", "box:/bind/here")
        assert (place / "here").read_text() == "one\n"


    @pytest.mark.parametrize("option", ["ro", "rro"])
    def test_read_only_ones_are_not_written_through(self, gantry_once, tree, place, option):
        """A link that the container left leads into the host's folder."""
        (place / "host").mkdir()
        gantry_once.ok("run", "--name=box", "--network=none", "-v", f"{place}/host:/host:{option}",
                       gantry_once.image, "ln", "-s", "/host", "/upload")
        gantry_once.fails("cp", tree / "file", "box:/upload/", says="Read-only file system")
        assert not list((place / "host").iterdir())


class TestBetween:
    def test_two_containers(self, gantry_once):
        gantry_once.start(name="box")
        gantry_once.ok("create", "--name=other", "-v", "store:/data", gantry_once.image, "cat", "/data/one")
        gantry_once.ok("cp", "box:/seed/one", "other:/data")
        assert gantry_once.ok("start", "-a", "other") == "first"

    def test_within_one(self, box):
        box.ok("cp", "box:/seed/one", "box:/tmp/copy")
        assert content(box, "/tmp/copy") == {"copy": "first\n"}
        box.fails("cp", "box:/seed", "box:/seed/deep", says="into itself")

    def test_no_container_at_all(self, gantry_once, place):
        gantry_once.fails("cp", place, place / "x", says="at least one container")


class TestLinks:
    def test_they_lead_where_they_lead_inside(self, gantry, place):
        (place / "file").write_text("one\n")
        (place / "outside").mkdir()
        gantry.start(name="box")
        gantry.ok("exec", "box", "sh", "-c", f"ln -s {place}/outside /way; ln -s /seed /seeds; ln -s ../../../../etc /up")
        gantry.fails("cp", place / "file", "box:/way/", says="could not be found")
        gantry.ok("cp", place / "file", "box:/up/motd")
        assert not list((place / "outside").iterdir())
        assert gantry.ok("exec", "box", "cat", "/etc/motd") == "one"
        gantry.ok("cp", "box:/seeds/one", place / "out")
        assert (place / "out").read_text() == "first\n"

    def test_a_link_out_of_the_container_is_not_followed_on_the_host(self, gantry_once, place):
        (place / "secret").write_text("secret\n")
        gantry_once.start(name="box")
        gantry_once.ok("exec", "box", "sh", "-c", f"mkdir /d; ln -s {place}/secret /d/link")
        gantry_once.ok("cp", "box:/d", place / "got")
        assert os.path.islink(place / "got/link")
        gantry_once.fails("cp", "box:/d/link", place / "file", says="could not be found")
