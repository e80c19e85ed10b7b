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

    def test_every_instruction(self, box):
        changes = ['CMD ["a", "b"]', "ENTRYPOINT run it", "ENV A=1 B=2", "EXPOSE 80 53/udp",
                   "LABEL k=v", "STOPSIGNAL SIGINT", "USER 5:6", "VOLUME /a /b", "WORKDIR /w",
                   "ONBUILD RUN x", "HEALTHCHECK --retries=2 CMD true"]
        words = [f"--change={change}" for change in changes]
        box.ok("commit", "-q", *words, "box", "made")
        found = json.loads(box.ok("image", "inspect", "localhost/made"))[0]
        config = found["Config"]
        assert config["Cmd"] == ["a", "b"]
        assert config["Entrypoint"] == ["/bin/sh", "-c", "run it"]
        assert "A=1" in config["Env"] and "B=2" in config["Env"]
        assert set(config["ExposedPorts"]) == {"80/tcp", "53/udp"}
        assert config["Labels"]["k"] == "v" and config["StopSignal"] == "SIGINT"
        assert config["User"] == "5:6" and config["WorkingDir"] == "/w"
        assert set(config["Volumes"]) == {"/a", "/b"}
        assert found["HealthCheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 0,
                                        "Timeout": 0, "StartPeriod": 0, "Retries": 2}

    def test_squash(self, box):
        box.ok("commit", "-q", "--squash", "--change=LABEL a=b", "box", "made")
        found = json.loads(box.ok("image", "inspect", "localhost/made"))[0]
        assert len(found["RootFS"]["Layers"]) == 1 and len(found["History"]) == 1
        assert found["Labels"]["a"] == "b" and "COLOUR=red" in found["Config"]["Env"]
        assert box.run_ok("localhost/made", "cat", "/new") == "made"
        assert box.run("localhost/made", "cat", "/seed/one").code == 1
        assert box.run_ok("localhost/made", "stat", "-c", "%u", "/seed/mine") == "1000"

    def test_include_volumes(self, gantry_once):
        gantry_once.ok("create", "--name=box", "-v", "/kept", gantry_once.image, "true")
        gantry_once.ok("commit", "-q", "--include-volumes", "box", "made")
        found = json.loads(gantry_once.ok("image", "inspect", "localhost/made"))[0]
        assert "/kept" in found["Config"]["Volumes"]
        gantry_once.ok("rmi", "localhost/made")

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
