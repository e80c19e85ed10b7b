# SPDX-License-Identifier: Apache-2.0
"""commit: an image of what a container became."""

import json

import pytest


@pytest.fixture
def box(gantry_once):
    gantry_once.ok("run", "--name=box", "--network=none", "-e", "COLOUR=red", gantry_once.image,
                   "sh", "-c", "echo made > /new; rm /seed/one")
    yield gantry_once
    gantry_once("rmi", "-f", "localhost/made")


class TestCommit:
    def test_files_and_configuration(self, box):
        id = box.ok("commit", "-q", "-a", "Ann", "-m", "why", "box", "made")
        assert box.run_ok("localhost/made", "cat", "/new") == "made"
        assert box.run("localhost/made", "cat", "/seed/one").code == 1
        found = json.loads(box.ok("image", "inspect", "localhost/made"))[0]
        assert found["Id"] == id and found["Author"] == "Ann"
        assert "COLOUR=red" in found["Config"]["Env"]
        assert found["History"][-1]["comment"] == "why"

    def test_changes(self, box):
        box.ok("commit", "-q", "--change=CMD cat /new", "-c", "LABEL a=b", "box", "made")
        assert box.run_ok("localhost/made") == "made"
        assert json.loads(box.ok("image", "inspect", "localhost/made"))[0]["Labels"]["a"] == "b"
        box.fails("commit", "--change=NONSENSE x", "box", says="NONSENSE")

    def test_iidfile_and_no_name(self, box, place):
        id = box.ok("commit", "-q", "--iidfile", place / "iid", "box")
        assert (place / "iid").read_text() == f"sha256:{id}"
        box.ok("rmi", id)

    def test_of_a_running_container(self, gantry):
        gantry.start(name="box")
        gantry.ok("exec", "box", "sh", "-c", "echo made > /new")
        gantry.ok("commit", "-q", "--pause", "box", "made")
        assert gantry.status("box") == "running"
        assert gantry.run_ok("localhost/made", "cat", "/new") == "made"
        gantry.ok("rmi", "localhost/made")

    def test_a_format_that_is_none(self, box):
        box.fails("commit", "-f", "tarball", "box", says="unrecognized image format")
