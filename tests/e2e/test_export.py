# SPDX-License-Identifier: Apache-2.0
"""export: a container's files as a tar."""

import io
import os
import stat
import subprocess
import tarfile

from support.gantry import PATIENCE


def names_of(raw):
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        return {member.name: member for member in tar.getmembers()}


class TestExport:
    def test_of_a_stopped_container(self, gantry_once, place):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, "sh", "-c",
                       "echo hello > /new; ln -s new /link; chown alice /new; rm /seed/one")
        gantry_once.ok("export", "-o", place / "box.tar", "box")
        members = names_of((place / "box.tar").read_bytes())
        assert members["new"].uid == 1000 and members["link"].linkname == "new"
        assert "seed/one" not in members and "seed/deep/two" in members

    def test_of_a_running_container(self, gantry):
        gantry.start(name="box")
        gantry.ok("exec", "box", "sh", "-c", "echo hello > /new")
        result = gantry("export", "box")
        assert result.code == 0, repr(result)
        assert "new" in names_of(result.raw_out)
        assert gantry.status("box") == "running"

    def test_what_is_mounted_stays_out(self, gantry_once):
        gantry_once.start("-v", "store:/data", name="box")
        gantry_once.ok("exec", "box", "touch", "/data/file")
        assert "data/file" not in names_of(gantry_once("export", "box").raw_out)

    def test_tar_lists_it_without_a_word(self, gantry_once, place):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, "touch", "/caf\u00e9")
        gantry_once.ok("export", "-o", place / "box.tar", "box")
        listed = subprocess.run(["tar", "tf", place / "box.tar"], capture_output=True, check=True)
        assert b"seed/one" in listed.stdout and listed.stderr == b""

    def test_a_slow_reader_keeps_nobody_from_stopping_it(self, gantry, place):
        gantry.start(name="box")
        gantry.ok("exec", "box", "sh", "-c", "head -c 4000000 /dev/zero > /big")
        with gantry.spawn("export", "box") as export:
            # It has begun, and now waits for room in the pipe.
            head = os.read(export.stdout.fileno(), 1)
            gantry.ok("stop", "box")
            assert gantry.status("box") == "exited"
            assert not (gantry.engine.run / "containers" / gantry.inspect("box")["Id"]).exists()
            rest, err = export.communicate(timeout=PATIENCE)
            assert export.returncode == 0, err
        assert names_of(head + rest)["big"].size == 4000000

    def test_it_can_be_imported_again(self, gantry_once, place):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        gantry_once.ok("export", "-o", place / "box.tar", "box")
        gantry_once.ok("import", "-q", place / "box.tar", "localhost/again")
        assert gantry_once.run_ok("localhost/again", "/bin/cat", "/seed/one") == "first"
        gantry_once.ok("rmi", "localhost/again")

    def test_a_missing_container(self, gantry_once, place):
        gantry_once.fails("export", "-o", place / "none.tar", "nosuch", says="no such container")
        assert not (place / "none.tar").exists()

    def test_a_failure_leaves_what_the_name_stands_for(self, gantry_once, place):
        (place / "old.tar").write_text("precious")
        os.mknod(place / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        for name in ("old.tar", "null"):
            gantry_once.fails("export", "-o", place / name, "nosuch", says="no such container")
        assert (place / "old.tar").read_text() == "precious"
        assert (place / "null").is_char_device()
