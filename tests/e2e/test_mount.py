# SPDX-License-Identifier: Apache-2.0
"""mount and unmount: a container's files on the host."""

import json
import os
import pathlib


class TestMount:
    def test_of_a_container_that_does_not_run(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "cat", "/note")
        path = pathlib.Path(gantry_once.ok("mount", "box"))
        (path / "note").write_text("from the host\n")
        assert gantry_once.ok("unmount", "box") == "box"
        assert not os.path.ismount(path)
        assert gantry_once.ok("start", "-a", "box") == "from the host"

    def test_it_is_counted(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        path = gantry_once.ok("mount", "box")
        assert gantry_once.ok("mount", "box") == path
        gantry_once.ok("umount", "box")
        assert os.path.ismount(path)
        gantry_once.ok("umount", "box")
        assert not os.path.ismount(path)
        assert gantry_once.ok("umount", "box") == "box"
        gantry_once.fails("umount", "nosuch", says="no such container")

    def test_force_takes_all_back(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        path = gantry_once.ok("mount", "box")
        gantry_once.ok("mount", "box")
        gantry_once.ok("umount", "--force", "box")
        assert not os.path.ismount(path)

    def test_it_outlives_the_container_s_run(self, gantry):
        gantry.ok("create", "--name=box", "--network=none", gantry.image, "true")
        path = gantry.ok("mount", "box")
        gantry.ok("start", "-a", "box")
        assert os.path.ismount(path)
        gantry.ok("umount", "box")
        assert not os.path.ismount(path)

    def test_a_running_container_keeps_its_own(self, gantry):
        gantry.start(name="box")
        gantry.fails("umount", "box", says="running or paused")
        path = gantry.ok("mount", "box")
        gantry.ok("umount", "box")
        assert os.path.ismount(path)
        assert gantry.ok("exec", "box", "cat", "/seed/one") == "first"

    def test_rm_takes_it_down(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        path = gantry_once.ok("mount", "box")
        gantry_once.ok("rm", "box")
        assert not os.path.exists(path)

    def test_the_list(self, gantry_once):
        id = gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        assert gantry_once.ok("mount") == ""
        path = gantry_once.ok("mount", "box")
        assert gantry_once.ok("mount").split() == [id[:12], path]
        assert json.loads(gantry_once.ok("mount", "--format=json")) == [
            {"id": id, "Names": ["box"], "mountpoint": path}
        ]
        assert gantry_once.ok("umount", "--all") == id


class TestSizes:
    def test_ps_and_inspect(self, gantry_once):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, "sh", "-c",
                       "dd if=/dev/zero of=/big bs=1k count=100 2>/dev/null")
        found = json.loads(gantry_once.ok("inspect", "--size", "box"))[0]
        assert found["SizeRw"] >= 100 * 1024
        assert found["SizeRootFs"] > found["SizeRw"]
        row = json.loads(gantry_once.ok("ps", "-a", "--size", "--format=json"))[0]
        assert row["Size"]["rwSize"] == found["SizeRw"]
        assert row["Size"]["rootFsSize"] == found["SizeRootFs"]
